/** CO-RE relocation against any target BTF, every step explained. */
@NullMarked
package io.ebpf4j.relocate;

import org.jspecify.annotations.NullMarked;

package io.ebpf4j.link;

/** A link of a kind that this library does not know, opened by its id or pin. */
public final class UnknownLink extends Link {
    UnknownLink(Attachment attachment) {
        super(attachment);
    }
}

// Package tlswire is TLS as bytes: it writes ClientHello messages of any
// version, SSLv2's included, and reads what servers answer in clear, up to
// ServerHelloDone.
//
// It opens no socket and computes no cryptography, so it can offer and
// recognise any code point, whether or not anybody implements it. Every reader
// is for bytes of a hostile peer: bounded, without panic, and indifferent to
// extensions it does not know.
package tlswire

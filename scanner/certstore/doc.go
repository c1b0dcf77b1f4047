// Package certstore finds certificates and keys where they rest: it walks
// files and trees into endpoints, and reads each file into facts, by content
// and never by extension.
//
// One file is one observation. A file in which nothing cryptographic is found
// gives a Store without Format and Items; a file whose format is known but not
// read here gives its Format, no Items and an Incomplete that says so. What a
// FIFO, a socket or a device holds does not rest: in a tree such a file gives
// a Store with "FIFO", "socket" or "device" as its Format, named outright a
// failure, and it is opened in neither case.
//
// A tree is walked through its own directories. A symbolic link to a file is
// followed wherever it leads, since that is how /etc/ssl/certs works; one to a
// directory is not, unless it is the path that was named, since what it leads
// to is either in the tree already or was not asked for; one that leads out of
// the tree is told ("directory"), and so is one that leads nowhere or in a
// circle ("broken link"). A file system that the kernel makes up, such as
// /proc, is told ("proc file system") and not walked. A
// file with several names is read once in a sweep, and the endpoint's Links
// hold the others.
//
// Archives (zip and what is built on it, tar, gzip, bzip2, zstd, images of
// containers with their layers) are opened, one in another, within bounds on
// depth, members, bytes and memory that hold whatever they say of themselves;
// each item names its Member, and an item that lies in several is told with the
// first. An archive that holds nothing of ours is no store. A configuration in
// an archive is no fact of this machine: it is one of the Store's Machines, by
// its member, and the files that it names are not looked for. Archives of xz, 7z
// and rar are known by name.
//
// Of Kubernetes, the values of Secrets and ConfigMaps, the material in a
// kubeconfig and every caBundle are read like members of an archive; tokens
// are not looked at.
//
// NSS's cert9.db and key4.db are read from memory as SQLite databases; its
// older databases, and GnuPG's own files, are told by name. Keyrings of OpenPGP
// are read.
//
// A configuration that package sshfile or hostfile reads gives a Machine in the
// Store's place. The files that it names are looked for where the program would
// (uses.go), and what is there is told; which stores they are, the report finds.
// What it includes is named likewise and not followed: what of it lies in the
// tree is met in the walk, and known by its content for what it is.
//
// Text is searched for PEM to its end, and for PEM in base64; a file that begins
// with binary bytes is a store only if it begins as one. Without PEM's lines,
// DER in base64 is found where it is the whole file, a paragraph of mail or a
// certificate of an XML signature (bare.go). JSON Web Keys (jwk.go), and the keys
// of WireGuard and age (curvekey.go), are told as the keys that they are.
//
// What a password locks is opened by package keystore, with the passwords of
// the Options and those that anybody would try; without one its protection is
// told all the same. Within one file a private key is tied to its certificate,
// and a certificate to the way up from it (relate.go).
//
// It opens files to read only, starts no goroutine, asks for no password and
// keeps no private value: of a private key it tells the public half and the
// protection.
package certstore

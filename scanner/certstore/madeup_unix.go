//go:build unix && !linux

package certstore

func madeUp(string) string { return "" }

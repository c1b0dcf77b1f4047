package certstore

// Remember sets how much a Store remembers of names, to try what it does
// behind its bounds.
func (s *Store) Remember(names int64, seen int) { s.maxNames, s.maxSeen = names, seen }

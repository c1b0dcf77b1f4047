package reports

import "github.com/fipsweep/fipsweep/scanner"

// Locked is what no password opened. It is told and is no gap: how it is
// protected was seen and ruled on, and what it holds is not claimed to be
// anything.
type Locked struct {
	Files int `json:"files"` // in which something stayed shut, if only a check of integrity
	Keys  int `json:"keys"`  // in these, as far as they show: a store that is shut hides how many it holds
}

func (l *Locked) add(o scanner.Observation) {
	shut := false
	for _, i := range o.Incomplete {
		shut = shut || i.Reason == scanner.ReasonLocked
	}
	if f := o.Failure; !shut && (f == nil || f.Reason != scanner.ReasonLocked) {
		return
	}
	l.Files++
	if o.Store == nil {
		return
	}
	for _, i := range o.Store.Items {
		secret := i.Kind == scanner.ItemPrivateKey || i.Kind == scanner.ItemSecretKey
		hidden := i.Key == nil || i.Key.SPKISHA256 == ""
		if secret && hidden && i.Protection != nil && i.Protection.Opened == "" {
			l.Keys++
		}
	}
}

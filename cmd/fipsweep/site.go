package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/site"
	"github.com/fipsweep/fipsweep/scanner"
)

// siteFlags name the files in which the operator says what is accepted and
// what is expected.
type siteFlags struct {
	waiverFiles   []string
	inventoryFile string
}

func (f *siteFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.waiverFiles, "waivers", nil, "take out of the counts what this `FILE` of waivers accepts, YAML or JSON; repeatable")
	fl.StringVar(&f.inventoryFile, "inventory", "", "hold what is found against this `FILE`, CSV, YAML or JSON: target, owner, system, environment, data_class, boundary")
}

// ownSite is what those files say.
type ownSite struct {
	waivers   *fips.Waivers
	inventory *site.Inventory
}

// read tells every complaint about every file. Judging is as of a day, "" where
// that could not be read.
func (f *siteFlags) read(asOf fips.Date) (ownSite, error) {
	var s ownSite
	var errs []error
	sources, err := readSources("--waivers", f.waiverFiles)
	errs = append(errs, err)
	if s.waivers, err = site.ParseWaivers(dayOfReading(asOf), sources...); err != nil {
		errs = append(errs, err)
	}
	if f.inventoryFile != "" {
		sources, err := readSources("--inventory", []string{f.inventoryFile})
		errs = append(errs, err)
		for _, source := range sources {
			s.inventory, err = site.ParseInventory(source)
			errs = append(errs, err)
		}
	}
	return s, errors.Join(errs...)
}

// dayOfReading is the day from which waivers are ahead: today, or that of
// judging if it is later. Judging as of a day long gone makes no waiver of today
// one that cannot be.
func dayOfReading(asOf fips.Date) fips.Date { return max(asOf, fips.DateOf(time.Now())) }

// maxSiteFile bounds a file of waivers or an inventory: a hundred thousand
// entries fit well.
const maxSiteFile = 32 << 20

// readSources reads those of the files that can be read.
func readSources(what string, names []string) ([]site.Source, error) {
	var list []site.Source
	var errs []error
	for _, name := range names {
		data, err := readBounded(name, maxSiteFile)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
			continue
		}
		list = append(list, site.Source{Name: name, Data: data})
	}
	return list, errors.Join(errs...)
}

func readBounded(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s: longer than %d bytes, which is the most that is read", name, most)
	}
	return data, nil
}

// assess judges an observation, tags it by the inventory, marks what is waived
// and tells what --fail-on asks for and nobody asked.
func (a *assessor) assess(o scanner.Observation) fips.Assessment {
	as := a.judge.Assess(o)
	a.inventory.Tag(&as)
	a.waivers.Waive(&as, a.asOf)
	as.FailOn(a.failOn)
	return as
}

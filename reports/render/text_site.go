package render

import (
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
)

// waived says how much waivers keep out of the figures above.
func (p *paper) waived(r *reports.Report) {
	if r.Waived.Findings == 0 {
		return
	}
	p.para(t(fmt.Sprintf("%5s waived      ", number(r.Waived.Endpoints))), 18, waivedWords(r))
}

// waivedWords says what waivers take out. The endpoints are those that only
// waivers keep from failing or being to watch.
func waivedWords(r *reports.Report) string {
	w := r.Waived
	return fmt.Sprintf("neither failing nor passing, by waiver alone; %s waived in all", many(w.Findings, "finding"))
}

// waivers says which waivers the operator should look at.
func (p *paper) waivers(r *reports.Report) {
	if len(r.Waivers) == 0 {
		return
	}
	p.para(styled(bold, "WAIVERS"), 10, strings.Join(waiverWords(r), "; "))
	p.line()
}

// waiverWords says what each state comes to: how many hold, and by name those
// that expired, expire soon or are about nothing.
func waiverWords(r *reports.Report) []string {
	const named = 4
	holding := append(r.WaiversIn(fips.WaiverHolds), r.WaiversIn(fips.WaiverSoon)...)
	words := []string{fmt.Sprintf("%s of %s %s", number(len(holding)), many(len(r.Waivers), "waiver"), verbOf(len(holding), len(r.Waivers), "holds", "hold"))}
	add := func(what string, list []reports.WaiverUse, one func(reports.WaiverUse) string) {
		if len(list) == 0 {
			return
		}
		var names []string
		for _, u := range list[:min(named, len(list))] {
			names = append(names, one(u))
		}
		s := fmt.Sprintf("%s %s: %s", number(len(list)), what, strings.Join(names, ", "))
		if more := len(list) - len(names); more > 0 {
			s += fmt.Sprintf(" and %s more", number(more))
		}
		words = append(words, s)
	}
	add("expired", r.WaiversIn(fips.WaiverExpired), func(u reports.WaiverUse) string {
		if u.Counted == 0 {
			return fmt.Sprintf("%s on %s", u.ID, u.Expires)
		}
		return fmt.Sprintf("%s on %s (%s %s again)", u.ID, u.Expires, many(u.Counted, "finding"), verb(u.Counted, "counts", "count"))
	})
	soon := r.WaiversIn(fips.WaiverSoon)
	add(verb(len(soon), "expires", "expire")+" within 30 days", soon, func(u reports.WaiverUse) string { return fmt.Sprintf("%s on %s", u.ID, u.Expires) })
	add("idle, about nothing found", r.IdleWaivers(), func(u reports.WaiverUse) string { return u.ID })
	add("not yet in force", r.WaiversIn(fips.WaiverFuture), func(u reports.WaiverUse) string { return fmt.Sprintf("%s from %s", u.ID, u.From) })
	return words
}

// expected says how the sweep and the inventory differ.
func (p *paper) expected(r *reports.Report) {
	v := r.Inventory
	if v == nil {
		return
	}
	p.para(styled(dim, "  inventory"), 14, fmt.Sprintf("%s of %s expected entries found", number(v.Found), number(v.Entries)))
	const shown = 4
	if v.MissingAll > 0 {
		var names []string
		for _, m := range v.Missing[:min(shown, len(v.Missing))] {
			s := m.Target
			if m.Tags.Owner != "" {
				s += " (" + m.Tags.Owner + ")"
			}
			names = append(names, s+": "+m.Why())
		}
		p.para(t(""), 14, fmt.Sprintf("expected and not found %s: %s%s", number(v.MissingAll), strings.Join(names, "; "), andMore(v.MissingAll-len(names))))
	}
	if n := v.Unexpected.Count; n > 0 {
		runs := r.Runs(v.Unexpected)
		p.para(t(""), 14, fmt.Sprintf("found and not expected %s: %s%s", number(n), strings.Join(runs[:min(shown, len(runs))], ", "), andMore(max(0, len(runs)-shown)+v.Unexpected.Left())))
	}
}

func andMore(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" and %s more", number(n))
}

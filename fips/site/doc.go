// Package site reads what the operator says of the site that is swept: which
// findings are accepted (waivers), what is expected where and who owns it (the
// inventory), and what is asked beyond the catalogue (policies). It reads strictly, from bytes, and tells every complaint
// with its line and column.
//
// It opens no file, reads no clock and rules on nothing.
package site

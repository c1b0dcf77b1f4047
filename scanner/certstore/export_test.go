package certstore

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/keystore"
)

// Remember sets how much a Store remembers of names, to try what it does
// behind its bounds.
func (s *Store) Remember(names int64, seen int) { s.maxNames, s.maxSeen = names, seen }

// An NSSObject is what NSS's databases hold of one object, or of the password.
type NSSObject struct {
	Class, Label, Value, Kind, Modulus, Exponent, Secret, Params, Point []byte
	Salt, Check                                                         []byte
}

// Read tells what a Store makes of an object.
func (x NSSObject) Read() scanner.Observation {
	o := scanner.Observation{Store: &scanner.Store{Format: "NSS", Items: []scanner.Item{}}}
	c := content{maxSize: DefaultMaxFileSize, opener: keystore.NewOpener(nil, nil, 0), ctx: context.Background(), observation: &o, seen: map[string]bool{}, ders: map[string][]byte{}, entries: map[string]bool{}}
	c.nssObject(nssRow{x.Class, x.Label, x.Value, x.Kind, x.Modulus, x.Exponent, x.Secret, x.Params, x.Point})
	if err := c.nssCheck(x.Salt, x.Check); err != nil {
		c.incomplete("NSS content", scanner.ReasonGarbage, err.Error())
	}
	return o
}

// NSSObjects are the objects of a database, each with the check of its
// password.
func NSSObjects(data []byte) (all []NSSObject, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := load(conn, bytes.Clone(data)); err != nil {
		return nil, err
	}
	var salt, check []byte
	_ = conn.QueryRowContext(context.Background(), "SELECT item1, item2 FROM metaData WHERE id = 'password'").Scan(&salt, &check) // or there is none
	for _, table := range []string{"nssPublic", "nssPrivate"} {
		rows, err := conn.QueryContext(context.Background(), fmt.Sprintf("SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s FROM %s",
			nssClass, nssLabel, nssValue, nssKeyType, nssModulus, nssExponent, nssSecret, nssECParams, nssPoint, table))
		if err != nil {
			continue // the other database has this table
		}
		for rows.Next() {
			x := NSSObject{Salt: salt, Check: check}
			if err := rows.Scan(&x.Class, &x.Label, &x.Value, &x.Kind, &x.Modulus, &x.Exponent, &x.Secret, &x.Params, &x.Point); err != nil {
				return nil, err
			}
			all = append(all, x)
		}
		rows.Close()
	}
	return all, nil
}

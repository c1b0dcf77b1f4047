package fips

import "testing"

func TestNameMatches(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"www.example.org", "www.example.org", true},
		{"WWW.Example.org", "www.example.ORG.", true},
		{"www.example.org", "example.org", false},
		{"*.example.org", "www.example.org", true},
		{"*.example.org", "example.org", false},
		{"*.example.org", "a.b.example.org", false},
		{"*.example.org", ".example.org", false},
		{"w*.example.org", "www.example.org", false},
		{"www.*.org", "www.example.org", false},
		{"*", "www", false},
		{"*.corp", "www.corp", true},
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"*.0.2.1", "192.0.2.1", false},
		{"2001:db8::1", "2001:0db8:0::1", true},
		{"", "", false},
		{"www.example.org", "", false},
	}
	for _, tt := range tests {
		if got := nameMatches(tt.pattern, tt.name); got != tt.want {
			t.Errorf("nameMatches(%q, %q) = %t", tt.pattern, tt.name, got)
		}
	}
}

func TestShortSerial(t *testing.T) {
	for serial, want := range map[string]bool{
		"": false, "0": true, "00": true, "1234": true, "-1": true, "-0123456789abcdef01": true,
		"123456789abc": true, "0000123456789abc": true, "123456789abcd": false, "0123456789abcdef": false,
	} {
		if got := shortSerial(serial); got != want {
			t.Errorf("shortSerial(%q) = %t", serial, got)
		}
	}
}

package catalogue

import "testing"

func TestLoad(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(c.Rules), len(c.Sources))
}

package nearest

import "testing"

func TestName(t *testing.T) {
	names := []string{"us-east-1", "us-west-1", "eu-west-1"}
	for typed, want := range map[string]string{
		"us-wset-1": "us-west-1", "us-west1": "us-west-1", "us-east": "us-east-1", "eu-west-1": "eu-west-1", "sim": "", "": "us-east-1",
	} {
		if got := Name(typed, names); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

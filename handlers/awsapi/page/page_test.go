package page_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
)

// forms are the forms of services.
var forms = []page.Form{
	{},
	{Encoding: base64.RawURLEncoding},
	{Head: "AAEAAQ", Encoding: base64.URLEncoding},
	{Encoding: base64.RawURLEncoding, Longest: 200},
}

// Clients keep tokens, so their form stays.
func TestTokens(t *testing.T) {
	for i, want := range []string{"YWZ0ZXIgYS9i", "YS9i", "AAEAAQYS9i", "YS9i"} {
		_, next, err := page.Cut([]string{"c", "a/b"}, func(s string) string { return s }, page.Request{Most: 1, Form: forms[i]})
		if err != nil || aws.ToString(next) != want {
			t.Errorf("%+v: %s, %v, want %s", forms[i], aws.ToString(next), err, want)
		}
	}
}

// A marker of a key that is too long finds its place, though the key is gone.
func TestTokensOfLongKeys(t *testing.T) {
	long := func(end string) string { return strings.Repeat("k", 300) + end }
	r := page.Request{Most: 2, Form: page.Form{Encoding: base64.RawURLEncoding, Longest: 200}}
	key := func(s string) string { return s }
	_, next, err := page.Cut([]string{"a", long("1"), long("2"), "z"}, key, r)
	if err != nil || len(*next) > 320 {
		t.Fatalf("%v, %v", next, err)
	}
	r.Token = next
	for all, want := range map[string][]string{
		"a " + long("1") + " " + long("2") + " z": {long("2"), "z"},
		"a " + long("2") + " z":                   {long("2"), "z"},
		"a":                                       {},
	} {
		if part, _, err := page.Cut(strings.Fields(all), key, r); err != nil || !slices.Equal(part, want) {
			t.Errorf("%q, %v, want %q", part, err, want)
		}
	}
}

// All pages together are the list in its order, and none is larger than was asked for.
func TestPagesAreTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(rapid.String(), 0, 20, rapid.ID).Draw(t, "all")
		r := page.Request{
			Descending: rapid.Bool().Draw(t, "descending"), Most: rapid.IntRange(1, 5).Draw(t, "most"),
			Form: rapid.SampledFrom(forms).Draw(t, "form"),
		}
		want := slices.Sorted(slices.Values(all))
		if r.Descending {
			slices.Reverse(want)
		}
		got := []string{}
		for more := true; more; more = r.Token != nil {
			part, next, err := page.Cut(slices.Clone(all), func(s string) string { return s }, r)
			if err != nil || len(part) > r.Most {
				t.Fatalf("%q, %v", part, err)
			}
			got, r.Token = append(got, part...), next
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestTokensOfNoAnswer(t *testing.T) {
	for _, token := range []string{"", "?", "bm9uZQ=="} {
		if _, _, err := page.Cut([]string{"a"}, func(s string) string { return s }, page.Request{Token: &token, Size: aws.Int32(1)}); !errors.Is(err, page.ErrToken) {
			t.Errorf("%q: %v", token, err)
		}
	}
}

// A size that no handler refused does not end the request.
func TestSizesBelowOne(t *testing.T) {
	for _, size := range []int32{0, -1} {
		part, next, err := page.Cut([]string{"b", "a", "c"}, func(s string) string { return s }, page.Request{Size: &size, Most: 2})
		if err != nil || !slices.Equal(part, []string{"a", "b"}) || next == nil {
			t.Errorf("%d: %q, %v, %v", size, part, next, err)
		}
	}
}

package page_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
)

// All pages together are the list in its order, and none is larger than was asked for.
func TestPagesAreTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(rapid.String(), 0, 20, rapid.ID).Draw(t, "all")
		r := page.Request{Descending: rapid.Bool().Draw(t, "descending"), Most: rapid.IntRange(1, 5).Draw(t, "most")}
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

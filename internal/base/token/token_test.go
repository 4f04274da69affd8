package token_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/ecs-emulator/ecs-emulator/internal/base/token"
)

var rules = token.Rules{
	Operators: []string{"<=", "<", "(", ")"}, Quotes: `"'`, Numbers: true,
	Word: func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_' },
}

func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "0:@0",
		" \t\n":            "0:@3",
		"SUM(m1)":          "1:SUM@0 4:(@3 1:m1@4 4:)@6 0:@7",
		"a<=b<c":           "1:a@0 4:<=@1 1:b@3 4:<@4 1:c@5 0:@6",
		"1.5 .5 2. 1e3 3e": "2:1.5@0 2:.5@4 2:2.@7 2:1e3@10 2:3@14 1:e@15 0:@16",
		"1e-3 .":           "2:1e-3@0 5:.@5 0:@6",
		`"a\"b" 'c"'`:      `3:a"b@0 3:c"@7 0:@11`,
		`"open`:            `5:"open@0 0:@5`,
		"é & é":            "1:é@0 5:&@2 1:é@4 0:@5",
		"\xff":             "5:\xff@0 0:@1",
	} {
		var got []string
		for _, token := range rules.Split(text) {
			got = append(got, fmt.Sprintf("%d:%s@%d", token.Kind, token.Text, token.At))
		}
		if joined := strings.Join(got, " "); joined != want {
			t.Errorf("%q: %s, want %s", text, joined, want)
		}
	}
}

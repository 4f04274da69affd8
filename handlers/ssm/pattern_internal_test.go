package ssm

import (
	"errors"
	"testing"

	"github.com/aws/smithy-go"
)

func TestLanguageOfPatterns(t *testing.T) {
	const understood, invalid, java = "", "InvalidAllowedPatternException", "NotImplementedException"
	for pattern, want := range map[string]string{
		"fixture-.*": understood, `^\d{3}|[a-z&]+$`: understood, `[]^[]`: java, `[^]a]+`: understood, `\[\[x\]`: understood, `[a\[b]`: understood,
		`(?<year>\d+)(?i)x`: understood, "a&&b": understood,
		"[": invalid, "(": invalid, ")": invalid, "a)(b": invalid, "*a": invalid, "[z-a]": invalid, `a\`: invalid,
		"(?!x).*": java, "(?<=x)y": java, "(?>x)": java, "a++": java, `(a)\1`: java, `\p{Alpha}`: java, `\h`: java, "a{1,2000}": java, `\Qa`: java,
		"[a-z&&[^x]]": java, "[a-z&&b]": java, "[a-c[x-z]]": java, "[[:alpha:]]": java,
	} {
		got := understood
		var refused smithy.APIError
		if _, err := readPattern(pattern); errors.As(err, &refused) {
			got = refused.ErrorCode()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", pattern, got, want)
		}
	}
}

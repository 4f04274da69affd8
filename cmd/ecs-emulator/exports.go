package main

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// exports are lines for a shell that lead clients of AWS to an endpoint, with credentials.
// Source: AWS SDKs and Tools reference guide, "Service-specific endpoints" and "AWS Region": some SDKs read
// AWS_REGION, others and the CLI AWS_DEFAULT_REGION.
func exports(endpoint, region, credentials string) string {
	return fmt.Sprintf("export AWS_ENDPOINT_URL=%s\nexport AWS_REGION=%[2]s AWS_DEFAULT_REGION=%[2]s\n%[3]s\n",
		shellWord(endpoint), shellWord(region), credentials)
}

// anyCredentials work unless policies are enforced.
const anyCredentials = "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"

var plainWord = lazyregexp.New(`^[A-Za-z0-9_./:@%+-]+$`)

// shellWord is a text as one word of a shell, which does not act on anything in it.
func shellWord(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

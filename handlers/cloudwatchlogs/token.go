package cloudwatchlogs

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
)

// A token has what the next page begins behind.
func toToken(text string) *string {
	return aws.String(base64.RawURLEncoding.EncodeToString([]byte(text)))
}

func fromToken(token *string) (string, error) {
	text, err := base64.RawURLEncoding.DecodeString(aws.ToString(token))
	if err != nil {
		return "", badToken()
	}
	return string(text), nil
}

// badToken has the text of field reports.
func badToken() error { return invalid("The specified nextToken is invalid.") }

// sequenceToken is a token that is not checked: 56 digits, of which a new one need not be
// greater than the one before. Source: recorded answers (LOGS0003).
func sequenceToken() *string {
	return aws.String(fmt.Sprintf("49%018d%018d%018d", rand.Uint64N(1e18), rand.Uint64N(1e18), rand.Uint64N(1e18)))
}

// Tokens of GetLogEvents have the id of the event at the end of a page, after f, or at its
// beginning, after b. Source: recorded answers (LOGS0004).
const forward, backward = "f", "b"

func eventToken(direction string, k logs.Key) *string {
	return aws.String(direction + "/" + k.String() + "/s")
}

func parseEventToken(token string) (direction string, k logs.Key, ok bool) {
	direction, rest, _ := strings.Cut(token, "/")
	id, end := strings.CutSuffix(rest, "/s")
	k, ok = logs.ParseKey(id)
	return direction, k, ok && end && (direction == forward || direction == backward)
}

package sts

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// identity is what an OpenID Connect token says. Source: OpenID Connect Core, ID Token; IAM user guide, session tags and
// source identity; recorded answers.
type identity struct {
	issuer, subject string
	audience        string   // azp if the token has one, which stands for the client
	audiences       []string // aud
	authorized      bool     // audience is azp
	methods         []string // amr
	passed          passed
}

// claims are the members of a token.
type claims map[string]json.RawMessage

// clockSkew is how long after its end a token is still taken (recorded).
const clockSkew = 5 * time.Minute

// readToken reads a JWT. now is by the clock of who made it. The words are recorded, or of field reports.
func readToken(text string, now time.Time) (*identity, error) {
	const noJWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, invalidToken(noJWT)
	}
	var c claims
	found := &identity{}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &c) != nil || !c.text("iss", &found.issuer) || !c.text("sub", &found.subject) {
		return nil, invalidToken(noJWT)
	}
	if err := found.readAudience(c); err != nil {
		return nil, err
	}
	if missing := c.missing(found); missing != "" {
		return nil, invalidToken("Missing a required claim: " + missing)
	}
	if err := c.checkEnd(now.Add(-clockSkew).Unix()); err != nil {
		return nil, err
	}
	found.methods, _ = c.texts("amr")
	found.passed, err = readPassed(c)
	return found, err
}

// text reads a claim that may be absent; ok is false if it is no text.
func (c claims) text(name string, into *string) (ok bool) {
	return c[name] == nil || json.Unmarshal(c[name], into) == nil
}

// texts reads a claim that is a text or a list of them.
func (c claims) texts(name string) (list []string, ok bool) {
	var one string
	if c[name] != nil && json.Unmarshal(c[name], &one) == nil {
		return []string{one}, true
	}
	return list, c[name] == nil || json.Unmarshal(c[name], &list) == nil
}

// missing names a claim that a token lacks. A subject may be empty (recorded).
func (c claims) missing(found *identity) string {
	switch {
	case found.issuer == "":
		return "iss"
	case c["sub"] == nil:
		return "sub"
	case found.audience == "" && !found.authorized:
		return "aud"
	case c["exp"] == nil:
		return "exp"
	}
	return ""
}

// readAudience reads whom a token is for. More than one audience needs azp (recorded).
func (i *identity) readAudience(c claims) error {
	i.audiences, _ = c.texts("aud")
	if len(i.audiences) > 0 {
		i.audience = i.audiences[0]
	}
	i.authorized = c["azp"] != nil
	if i.authorized && c.text("azp", &i.audience) {
		return nil
	}
	if len(i.audiences) > 1 {
		return invalidToken("Token audience contains more than one audience while authorized party is not present")
	}
	return nil
}

// checkEnd refuses a token that has expired, at a time in seconds of the epoch.
func (c claims) checkEnd(now int64) error {
	var number json.Number // or a text that is one
	if json.Unmarshal(c["exp"], &number) != nil {
		return invalidToken("Invalid timestamp in token claims.")
	}
	end, err := number.Int64()
	switch {
	case err != nil:
		return invalidToken("Invalid timestamp in token claims.")
	case now >= end:
		return &types.ExpiredTokenException{Message: aws.String(fmt.Sprintf(
			"Token expired: current date/time %d must be before the expiration date/time %d", now, end))}
	}
	return nil
}

// keys are the condition keys of a token, whose names begin with the issuer's (AC62). Google's aud is the client's, and its
// oaud the token's. Source: IAM user guide, keys for OIDC federation.
func (i *identity) keys(issuer string) awsapi.Keys {
	issuer = strings.ToLower(issuer)
	keys := awsapi.Keys{issuer + ":sub": policy.Is(i.subject), issuer + ":aud": policy.Is(i.audience)}
	if issuer == "accounts.google.com" && len(i.audiences) > 0 {
		keys[issuer+":oaud"] = policy.Is(i.audiences[0])
	}
	if len(i.methods) > 0 {
		keys[issuer+":amr"] = policy.Many(i.methods)
	}
	if i.passed.sourceIdentity != "" {
		keys["sts:sourceidentity"] = policy.Is(i.passed.sourceIdentity)
	}
	i.passed.addTo(keys)
	return keys
}

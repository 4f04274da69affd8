package secretsmanager

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// unknownSuffix stands for the six characters at the end of an ARN that is not there: policies that leave them open match it,
// and those that name them do not.
const unknownSuffix = "-??????"

// AccessARN is the ARN by which policies are asked for the secret that an id means: the stored one, whichever way it is named.
// Source: field reports, which have measured it; recorded answers for secrets that are not there, whose policies with any six
// characters let a caller learn that.
func AccessARN(tx *store.Tx, s arn.Scope, id string) string {
	if found := FindSecret(tx, s, id); found != nil {
		return found.ARN()
	}
	switch {
	case !arn.Is(id):
		return NewARN(s, id)
	case strings.Count(id, ":") != strings.Count(Prefix(s), ":") || hasSuffix(id):
		return id
	}
	return id + unknownSuffix
}

// NewARN is the ARN by which policies are asked for a secret that is to be made: its end is not known yet.
func NewARN(s arn.Scope, name string) string { return Prefix(s) + name + unknownSuffix }

// hasSuffix reports whether an ARN may end in the six characters of a secret.
func hasSuffix(id string) bool {
	end := len(id) - suffixLength - 1
	return end > 0 && id[end] == '-' && strings.Trim(id[end+1:], suffixCharacters) == ""
}

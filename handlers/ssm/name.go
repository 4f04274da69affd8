package ssm

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Bounds of names. Source: SSM API reference, PutParameter; the length counts the ARN.
const (
	maxLevels = 15
	maxARN    = 1011
)

// named is what a name consists of, without what refers to secrets.
var named = lazyregexp.New(`^[a-zA-Z0-9_.\-/]+$`)

// malformedName is said of names with other characters. Source: recorded answers.
const malformedName = `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of ` +
	`sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`

// checkName refuses names that no parameter can have.
func checkName(s arn.Scope, name string) error {
	path, isPath := strings.CutPrefix(name, "/")
	first, _, deep := strings.Cut(strings.ToLower(path), "/")
	switch {
	case !named.MatchString(name) || strings.Contains(name, "//") || path == "":
		return invalid("%s", malformedName)
	case deep && !isPath: // this and the next three: SSM0011
		return invalid("Parameter name must be a fully qualified name.")
	case strings.HasSuffix(name, "/"):
		return invalid("Parameter name must not end with slash.")
	case deep && strings.HasPrefix(first, "aws"):
		return refusal("AccessDeniedException", "No access to reserved parameter name: %s.", name)
	case !deep && (strings.HasPrefix(first, "aws") || strings.HasPrefix(first, "ssm")):
		return invalid(`Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`)
	case strings.HasPrefix(first, "ssm"):
		return invalid("%s", malformedName)
	case strings.Count(path, "/") >= maxLevels: // Source: SSM API reference, errors of PutParameter
		return refusal("HierarchyLevelLimitExceededException", "A hierarchy can have a maximum of %d levels.", maxLevels)
	case len(ssm.ARN(s, name)) > maxARN:
		return refusal("AccessDeniedException", "Access denied for operation 'PutParameter'.") // badmintoncryer/cdk-preflight
	}
	return nil
}

// reference is a parameter as requests name it.
type reference struct {
	name     string // without the selector; of an ARN its end, with a slash before it
	selector string // the number or label of a version, without its colon; empty is the newest
	isARN    bool
	foreign  bool // an ARN of another account or region, or of no parameter
}

// colonsOfARN is how many colons stand in an ARN at least.
const colonsOfARN = 5

// parseReference reads a name or an ARN, which may end in a version or a label. Names that
// cannot be are refused (SSM0003).
func parseReference(s arn.Scope, text string) (reference, error) {
	var r reference
	rest := text
	if arn.Is(text) && strings.Count(text, ":") >= colonsOfARN { // the others are a name and a version
		r.isARN = true
		own := strings.TrimSuffix(ssm.Prefix(s), "/")
		if rest, r.foreign = cutOwn(text, own, publicPrefix(s)); r.foreign {
			return r, nil
		}
	}
	var selected bool
	r.name, r.selector, selected = strings.Cut(rest, ":")
	switch {
	case selected && (r.selector == "" || strings.Contains(r.selector, ":")): // the blanks are AWS's
		return r, invalid("Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>")
	case !named.MatchString(r.name) && !r.secret():
		return r, invalid("%s", malformedName)
	}
	return r, nil
}

// secret reports whether a secret of Secrets Manager is meant.
func (r reference) secret() bool { return strings.HasPrefix(r.name, secretReference) }

// publicNames is how the names of public parameters begin. Source: Systems Manager user guide,
// discovering public parameters.
const publicNames = "/aws/"

// cutOwn cuts the prefix of the caller's parameters off an ARN, or that of the public ones,
// which no parameter of the caller's has.
func cutOwn(text, own, public string) (rest string, neither bool) {
	if rest, is := strings.CutPrefix(text, own); is && strings.HasPrefix(rest, "/") {
		return rest, false
	}
	if rest, is := strings.CutPrefix(text, public); is && strings.HasPrefix(rest, publicNames) {
		return rest, false
	}
	return "", true
}

// echo is the member Selector of an answer.
func (r reference) echo() *string {
	if r.selector == "" {
		return nil
	}
	return aws.String(":" + r.selector)
}

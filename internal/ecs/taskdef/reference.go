package taskdef

import (
	"math"
	"strconv"
	"strings"
)

// Ref names a task definition as callers do: "web", "web:3" or an ARN.
type Ref struct {
	Family string
	// Revision is 0 when the reference gives none: the latest ACTIVE one is meant.
	Revision int32
	// Partition, Region and Account are empty unless the reference is an ARN. That
	// they are the caller's own is for the caller to check.
	Partition, Region, Account string
}

const arnResource = "task-definition/"

// ParseRef reads a family, family:revision or task definition ARN. Errors are
// *types.InvalidParameterException in the words of ECS. A family of impossible
// characters is no error: nothing will be found under it, and each operation words
// that in its own way.
//
// Source: ECS API reference; field reports.
func ParseRef(ref string) (Ref, error) { return ParseKind(arnResource, ref) }

// ParseKind is ParseRef for definitions of another kind, whose ARNs have it with a slash.
func ParseKind(kind, ref string) (Ref, error) {
	var r Ref
	name := ref
	if strings.HasPrefix(ref, "arn:") {
		parts := strings.SplitN(ref, ":", 6)
		if len(parts) < 6 || parts[2] != "ecs" || !strings.HasPrefix(parts[5], kind) {
			return Ref{}, wrongSeparators()
		}
		r.Partition, r.Region, r.Account = parts[1], parts[3], parts[4]
		name = parts[5][len(kind):]
	}
	if name == "" {
		return Ref{}, invalid("Task Definition can not be blank.") // ECS0029
	}
	if strings.Contains(name, "/") || strings.Count(name, ":") > 1 {
		return Ref{}, wrongSeparators()
	}
	family, revision, hasRevision := strings.Cut(name, ":")
	r.Family = family
	if !hasRevision {
		return r, nil
	}
	n, err := strconv.ParseInt(revision, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt32 || !allDigits(revision) {
		return Ref{}, invalid("Invalid task definition: Invalid revision number.") // ECS0029
	}
	r.Revision = int32(n)
	return r, nil
}

func wrongSeparators() error {
	return invalid("Invalid identifier: Unexpected number of separators")
}

// RequireRevision is the error of operations that take no bare family, such as
// DeregisterTaskDefinition: *types.InvalidParameterException (ECS0030).
func (r Ref) RequireRevision() error {
	if r.Revision == 0 {
		return invalid("Revision is missing")
	}
	return nil
}

package kit

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// errSeparators is for names with a slash and ARNs with too few or many parts.
// Source: field reports.
var errSeparators = InvalidParameter("Invalid identifier: Unexpected number of separators")

// parseARN reads an ARN that must be of the caller's region and of one type.
func parseARN(scope arn.Scope, ref, resourceType string) (arn.ARN, error) {
	parsed, ok := arn.Parse(ref)
	switch {
	case strings.Count(ref, ":") < 5:
		// ECS0140. That it is the same with fewer colons, and for tasks and services, is the emulator's choice.
		return arn.ARN{}, ClientError("com.amazon.arn.ARNSyntaxException: Fifth colon (namespace/relative-id delimiter) not found: " + ref)
	case !ok:
		return arn.ARN{}, errSeparators
	}
	if err := CheckRegion(scope, parsed); err != nil {
		return arn.ARN{}, err
	}
	if parsed.Type != resourceType {
		return arn.ARN{}, InvalidParameter("Unsupported resource type: " + parsed.Type) // ECS0140
	}
	return parsed, nil
}

// CheckRegion refuses the ARN of another region (ECS0140).
func CheckRegion(scope arn.Scope, parsed arn.ARN) error {
	if parsed.Region != scope.Region {
		return InvalidParameter("Invalid Region in ARN")
	}
	return nil
}

// checkOwner refuses the ARN of something in another account's cluster, and one that is
// not of ECS. Clusters and task definitions of others are not found instead. The words for
// the account are ECS0140, those for a partition or service the emulator's, after those
// for the region.
func checkOwner(scope arn.Scope, parsed arn.ARN) error {
	switch {
	case scope.Owns(parsed):
		return nil
	case parsed.Partition != scope.Partition():
		return InvalidParameter("Invalid Partition in ARN")
	case parsed.Service != "ecs":
		return InvalidParameter("Invalid Service in ARN")
	}
	return InvalidParameter("Identifier is for " + parsed.Account + ". Your accountId is " + scope.Account)
}

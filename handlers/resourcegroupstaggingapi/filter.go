package resourcegroupstaggingapi

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/resourcegroupstaggingapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/resourcegroupstaggingapi/types"
)

// filter is what a request asks for. The zero value lets everything through.
type filter struct {
	types []string // such as "ecs" and "elasticloadbalancing:loadbalancer/app"; one of them
	arns  []string // one of them
	tags  []types.TagFilter
}

func filterOf(in *sdk.GetResourcesInput) filter {
	f := filter{types: slices.Clone(in.ResourceTypeFilters), arns: in.ResourceARNList, tags: in.TagFilters}
	for _, each := range f.arns {
		f.types = append(f.types, kind(each))
	}
	return f
}

// kind is the service and the resource in an ARN: "ecs:service/default/web".
func kind(resourceARN string) string {
	parts := strings.SplitN(resourceARN, ":", 6)
	return parts[2] + ":" + parts[5]
}

// within reports whether a kind is of a type: "ecs:service/default/web" is of "ecs:service" and of "ecs".
func within(kind, resourceType string) bool {
	rest, begins := strings.CutPrefix(kind, resourceType)
	return begins && (rest == "" || strings.ContainsRune(":/", rune(rest[0])))
}

// mayHave reports whether a source may have what the filter lets through.
func (f filter) mayHave(s tagging.Source) bool {
	return len(f.types) == 0 || slices.ContainsFunc(f.types, func(wanted string) bool { return within(wanted, s.Type) || within(s.Type, wanted) })
}

// has reports whether the filter lets a resource through.
func (f filter) has(r tagging.Resource) bool {
	if len(f.arns) > 0 && !slices.Contains(f.arns, r.ARN) {
		return false
	}
	if of := kind(r.ARN); len(f.types) > 0 && !slices.ContainsFunc(f.types, func(wanted string) bool { return within(of, wanted) }) {
		return false
	}
	for _, wanted := range f.tags { // all of them
		if !slices.ContainsFunc(r.Tags, func(t tagging.Tag) bool {
			return t.Key == aws.ToString(wanted.Key) && (len(wanted.Values) == 0 || slices.Contains(wanted.Values, t.Value))
		}) {
			return false
		}
	}
	return true
}

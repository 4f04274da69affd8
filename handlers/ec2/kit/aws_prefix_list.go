package kit

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// AWSPrefixLists are those of AWS for the services that have gateway endpoints. Their ids
// follow from their names here. Their ranges change on AWS; here they have none. Source:
// VPC user guide, AWS-managed prefix lists.
func AWSPrefixLists(scope arn.Scope) (lists []types.PrefixList) {
	for _, service := range [...]string{"dynamodb", "s3"} {
		name := "com.amazonaws." + scope.Region + "." + service
		lists = append(lists, types.PrefixList{PrefixListId: aws.String((*DerivedID("pl-", name))[:len("pl-")+8]), PrefixListName: &name, Cidrs: []string{}})
	}
	return lists
}

// AWSPrefixListOf is the list of the ranges of a service with gateway endpoints.
func AWSPrefixListOf(scope arn.Scope, service string) types.PrefixList {
	lists := AWSPrefixLists(scope)
	return lists[slices.IndexFunc(lists, func(l types.PrefixList) bool { return *l.PrefixListName == service })]
}

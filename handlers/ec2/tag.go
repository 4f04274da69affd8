package ec2

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// errDryRun answers a request that is not to change anything. Source: EC2 API reference,
// error codes.
var errDryRun = &awsapi.Error{Code: "DryRunOperation", Message: "Request would have succeeded, but DryRun flag is set.", Status: 412}

// CreateTags sets tags of what is there; those with other keys stay.
func (a *API) CreateTags(ctx context.Context, in *sdk.CreateTagsInput) (*sdk.CreateTagsOutput, error) {
	switch {
	case aws.ToBool(in.DryRun):
		return nil, errDryRun
	case len(in.Resources) == 0:
		return nil, &awsapi.Error{Code: "MissingParameter", Message: "The request must contain the parameter resourceIdSet"}
	case len(in.Tags) == 0:
		return nil, &awsapi.Error{Code: "MissingParameter", Message: "The request must contain the parameter tagSet"}
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	err := a.changeTags(scopeOf(ctx), in.Resources, func(tags map[string]string) {
		for _, tag := range in.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
	})
	return &sdk.CreateTagsOutput{}, err
}

// DeleteTags removes tags: all if none is named, and one that is named with a value only
// if it has that. Those that AWS has set stay. Source: EC2 API reference, DeleteTags.
func (a *API) DeleteTags(ctx context.Context, in *sdk.DeleteTagsInput) (*sdk.DeleteTagsOutput, error) {
	switch {
	case aws.ToBool(in.DryRun):
		return nil, errDryRun
	case len(in.Resources) == 0:
		return nil, &awsapi.Error{Code: "MissingParameter", Message: "The request must contain the parameter resourceIdSet"}
	}
	for _, tag := range in.Tags {
		if reservedTag(aws.ToString(tag.Key)) {
			return nil, &awsapi.Error{Code: "InvalidParameterValue", Message: reservedTags}
		}
	}
	err := a.changeTags(scopeOf(ctx), in.Resources, func(tags map[string]string) {
		if len(in.Tags) == 0 {
			maps.DeleteFunc(tags, func(key, _ string) bool { return !reservedTag(key) })
		}
		for _, tag := range in.Tags {
			if key := aws.ToString(tag.Key); tag.Value == nil || *tag.Value == tags[key] {
				delete(tags, key)
			}
		}
	})
	return &sdk.DeleteTagsOutput{}, err
}

// changeTags changes the tags of all resources or, if one does not exist, of none.
func (a *API) changeTags(scope arn.Scope, ids []string, change func(tags map[string]string)) error {
	return a.store.Update(func(tx *state.Tx) error {
		for _, id := range ids {
			if err := a.exists(tx, scope, id); err != nil {
				return err
			}
			tags := tx.EC2Tags(scope, id)
			if tags == nil {
				tags = map[string]string{}
			}
			change(tags)
			if ownTags(tags) > maxTags {
				return errTooManyTags
			}
			tx.SetEC2Tags(scope, id, tags)
		}
		return nil
	})
}

// exists is the error that there is no resource of an id.
func (a *API) exists(tx *state.Tx, scope arn.Scope, id string) error {
	k := kindOf(id)
	if k == nil {
		return &awsapi.Error{Code: "InvalidID", Message: "The ID '" + id + "' is not valid"}
	}
	found := false
	switch k.of {
	case types.ResourceTypeVpc:
		found = tx.VPC(scope, id) != nil
	case types.ResourceTypeSubnet:
		found = slices.ContainsFunc(a.subnets(tx, scope, []string{id}), func(s *state.Subnet) bool { return s.ID == id })
	case types.ResourceTypeSecurityGroup:
		found = slices.ContainsFunc(a.securityGroups(tx, scope, []string{id}), func(g *state.SecurityGroup) bool { return g.ID == id })
	case types.ResourceTypeSecurityGroupRule:
		for _, g := range tx.SecurityGroups(scope) {
			found = found || slices.ContainsFunc(g.Rules, func(r state.SecurityGroupRule) bool { return r.ID == id })
		}
	case types.ResourceTypeNetworkInterface:
		for _, t := range tx.AllTasks() {
			found = found || t.Status.Attachment.NetworkID == id && t.Scope() == scope && hasNetworkInterface(t)
		}
		found = found || slices.ContainsFunc(ec2.OwnedInterfaces(tx, scope), func(o ec2.OwnedInterface) bool { return o.ID == id })
	case types.ResourceTypeInstance:
		found = ec2.FindInstance(tx, scope, id) != nil
	case types.ResourceTypePrefixList:
		found = tx.PrefixList(scope, id) != nil
	case types.ResourceTypeLaunchTemplate:
		found = ec2.FindLaunchTemplate(tx, scope, id) != nil
	default:
		found = keptOfNetwork(tx, scope, k.of, id)
	}
	if !found {
		return missing(k.prefix)(id)
	}
	return nil
}

// keptOfNetwork reports whether there is something of the network that has no effect.
func keptOfNetwork(tx *state.Tx, scope arn.Scope, of types.ResourceType, id string) bool {
	switch of {
	case types.ResourceTypeInternetGateway:
		return ec2.FindInternetGateway(tx, scope, id) != nil
	case types.ResourceTypeRouteTable:
		return ec2.FindRouteTable(tx, scope, id) != nil
	case types.ResourceTypeNetworkAcl:
		return ec2.FindNetworkACL(tx, scope, id) != nil
	case types.ResourceTypeElasticIp:
		return ec2.FindAddress(tx, scope, id) != nil
	case types.ResourceTypeNatgateway:
		return ec2.FindNATGateway(tx, scope, id) != nil
	case types.ResourceTypeVpcEndpoint:
		return ec2.FindVPCEndpoint(tx, scope, id) != nil
	case types.ResourceTypeDhcpOptions:
		return ec2.FindDHCPOptions(tx, scope, id) != nil
	}
	return false
}

// tagsOf are the tags of a resource by key: the order is the emulator's choice.
func tagsOf(tx *state.Tx, scope arn.Scope, id string) []types.Tag {
	tags := []types.Tag{}
	stored := tx.EC2Tags(scope, id)
	if len(stored) == 0 {
		return tags
	}
	for _, key := range slices.Sorted(maps.Keys(stored)) {
		tags = append(tags, types.Tag{Key: aws.String(key), Value: aws.String(stored[key])})
	}
	return tags
}

func tagDescriptionValues(t *types.TagDescription, filter string) ([]string, bool) {
	switch filter {
	case "key":
		return one(t.Key)
	case "value":
		return one(t.Value)
	case "resource-id":
		return one(t.ResourceId)
	case "resource-type":
		return oneOf(t.ResourceType)
	case "tag-key":
		return nil, false
	}
	return tagValues([]types.Tag{{Key: aws.String(aws.ToString(t.Key)), Value: t.Value}}, filter)
}

// DescribeTags answers the tags of what is there.
func (a *API) DescribeTags(ctx context.Context, in *sdk.DescribeTagsInput) (*sdk.DescribeTagsOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	var rows []types.TagDescription
	for _, id := range tx.TaggedEC2Resources(scope) {
		if a.exists(tx, scope, id) != nil { // a network interface that is gone
			continue
		}
		for _, tag := range tagsOf(tx, scope, id) {
			rows = append(rows, types.TagDescription{Key: tag.Key, Value: tag.Value, ResourceId: &id, ResourceType: kindOf(id).of})
		}
	}
	found, err := describe(rows, in.Filters, nil, "resource-id", tagDescriptionValues, nil)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeTagsOutput{Tags: found}, nil
}

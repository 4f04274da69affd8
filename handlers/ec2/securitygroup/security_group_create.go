package securitygroup

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// CreateSecurityGroup makes a group that lets everything out and nothing in.
func (a *API) CreateSecurityGroup(ctx context.Context, in *sdk.CreateSecurityGroupInput) (*sdk.CreateSecurityGroupOutput, error) {
	name, description := aws.ToString(in.GroupName), aws.ToString(in.Description)
	if err := checkGroup(name, description); err != nil {
		return nil, err
	}
	tags, err := kit.TagsFor(ctx, types.ResourceTypeSecurityGroup, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	scope, id := kit.Scope(ctx), aws.ToString(in.VpcId)
	if id == "" {
		id = ec2network.DefaultVPC
	}
	g := ec2network.NewSecurityGroup(id, name, description)
	g.Scope = scope
	out := &sdk.CreateSecurityGroupOutput{GroupId: &g.ID, SecurityGroupArn: kit.ResourceARN(scope, "security-group/"+g.ID)}
	err = a.Store.Update(func(tx *store.Tx) error {
		v, err := kit.NamedVPC(tx, scope, &id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(ec2network.SecurityGroupsOf(tx, v), func(other *ec2network.SecurityGroup) bool { return other.Name == name }) {
			return kit.Refuse("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", name, id)
		}
		if aws.ToBool(in.DryRun) {
			return kit.ErrDryRun
		}
		ec2network.PutSecurityGroup(tx, g)
		ec2network.SetTags(tx, scope, g.ID, tags)
		out.Tags = kit.TagsOf(tx, scope, g.ID)
		return nil
	})
	return out, err
}

// groupText is what names and descriptions of groups and rules are made of. Source: EC2 API
// reference, CreateSecurityGroup.
var groupText = lazyregexp.New(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}$`)

// checkGroup refuses names and descriptions. Source: EC2 API reference,
// CreateSecurityGroup; field reports for the texts.
func checkGroup(name, description string) error {
	switch {
	case name == "":
		return kit.MissingParameter("GroupName")
	case description == "":
		return kit.MissingParameter("GroupDescription")
	case name == ec2network.DefaultGroupName:
		return kit.Refuse("InvalidParameterValue", "Cannot use reserved security group name: %s", name)
	case strings.HasPrefix(name, "sg-"):
		return kit.Refuse("InvalidParameterValue", "Value (%s) for parameter GroupName is invalid. Group names may not be in the format sg-*.", name) // EC20014
	case !groupText.MatchString(name) || strings.TrimSpace(name) != name:
		return kit.Refuse("InvalidParameterValue", "Invalid security group name. Valid names contain fewer than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$* and neither begin nor end with a space")
	case !groupText.MatchString(description):
		return kit.Refuse("InvalidParameterValue", "Invalid security group description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
	}
	return nil
}

// DeleteSecurityGroup removes a group that nothing has or has rules about. Source of the
// texts: field reports; of that for one that is made up, the emulator's choice.
func (a *API) DeleteSecurityGroup(ctx context.Context, in *sdk.DeleteSecurityGroupInput) (*sdk.DeleteSecurityGroupOutput, error) {
	out := &sdk.DeleteSecurityGroupOutput{Return: aws.Bool(true)}
	err := a.Store.Update(func(tx *store.Tx) error {
		g, err := a.group(tx, kit.Scope(ctx), in.GroupId, in.GroupName)
		switch {
		case err != nil:
			return err
		case g.Name == ec2network.DefaultGroupName:
			return kit.Refuse("CannotDelete", `the specified group: "%s" name: "%s" cannot be deleted by a user`, g.ID, g.Name)
		case g.MadeUp:
			return kit.Refuse("CannotDelete", `the specified group: "%s" is made up: it is there for who names it`, g.ID)
		case ec2.SecurityGroupInUse(tx, g, state.TaskInterfaces(tx)):
			return kit.Refuse("DependencyViolation", "resource %s has a dependent object", g.ID)
		case aws.ToBool(in.DryRun):
			return kit.ErrDryRun
		}
		ec2network.DeleteSecurityGroup(tx, g)
		out.GroupId = &g.ID
		return nil
	})
	return out, err
}

package credentials

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// instanceSession is the session in which the agent of a container instance acts: of the role of its instance profile, with
// the name of its EC2 instance. Instances that are registered by hand or were launched without a profile have none.
// Source: ECS developer guide, container instance IAM role; IAM user guide, policy variables, aws:userid of EC2 instances.
func (i *Issuer) instanceSession(containerInstance string) (s session.Session, has bool) {
	tx := i.Store.Read()
	registered := state.FindContainerInstance(tx, containerInstance)
	if registered == nil {
		return session.Session{}, false
	}
	return profileSession(tx, ec2.FindInstance(tx, registered.Scope(), registered.EC2InstanceID))
}

// MayRegister asks whether the role of an EC2 instance may register it as a container instance of a cluster, by its ARN. What
// was launched without an instance profile, or with one that has no role, is not asked for.
func (i *Issuer) MayRegister(ctx context.Context, instance *ec2.Instance, cluster string) error {
	s, has := profileSession(i.Store.Read(), instance)
	if i.Authorize == nil || !has {
		return nil
	}
	return i.allow(ctx, callerOf(s), awsapi.Access{Action: "ecs:RegisterContainerInstance", Resource: cluster})
}

// profileSession is the session in which an EC2 instance has keys: of the role of its instance profile, if it has one.
func profileSession(tx *store.Tx, instance *ec2.Instance) (s session.Session, has bool) {
	if instance == nil || instance.Profile == nil {
		return session.Session{}, false
	}
	scope := instance.Scope
	account := iam.AccountOf(scope)
	profile := iam.InstanceProfiles.Find(tx, account, arn.Name(aws.ToString(instance.Profile.Arn)))
	if profile == nil || profile.ID != aws.ToString(instance.Profile.Id) {
		return session.Session{}, false
	}
	role := iam.Roles.Find(tx, account, profile.Role)
	if role == nil {
		return session.Session{}, false
	}
	return session.Session{Account: scope.Account, Region: scope.Region, RoleARN: role.ARN(), RoleID: role.ID, Name: instance.ID}, true
}

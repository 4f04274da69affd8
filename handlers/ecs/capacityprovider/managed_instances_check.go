package capacityprovider

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/instancetype"
)

// Bounds of scaleInAfter. Source: ECS API reference, InfrastructureOptimization.
const (
	scaleInNever = -1
	scaleInMost  = 3600 // seconds
)

// checkManaged refuses what a provider of managed instances cannot be asked for. Where ECS's words are not published, they are the
// emulator's.
func (a *API) checkManaged(tx *store.Tx, p *capacityprovider.Provider) error {
	m := p.Managed
	if refused := ManagedInstancesMembers.Refused(m); len(refused) > 0 {
		return kit.NotBuilt("managedInstancesProvider." + strings.Join(refused, ", "))
	}
	if o := m.InfrastructureOptimization; o != nil && o.ScaleInAfter != nil && (*o.ScaleInAfter < scaleInNever || *o.ScaleInAfter > scaleInMost) {
		return kit.InvalidParameter(fmt.Sprintf("scaleInAfter should be between %d and %d", scaleInNever, scaleInMost))
	}
	if err := a.checkManagedRoles(tx, p); err != nil {
		return err
	}
	network := m.InstanceLaunchTemplate.NetworkConfiguration
	if network == nil || len(network.Subnets) == 0 {
		return kit.InvalidParameter("subnets can not be empty.")
	}
	if _, err := a.rules.Network(tx, p.Scope(), &types.AwsVpcConfiguration{Subnets: network.Subnets, SecurityGroups: network.SecurityGroups}); err != nil {
		return err
	}
	r := m.InstanceLaunchTemplate.InstanceRequirements
	if why := instancetype.Contradiction(r); why != "" {
		return kit.InvalidParameter(why)
	}
	if len(instancetype.Eligible(ec2.InstanceTypes(tx), r)) == 0 {
		return kit.InvalidParameter("No instance type meets the instanceRequirements. Change them and try again.")
	}
	return nil
}

// checkManagedRoles refuses roles that could not be had, unless all are taken: the one in which ECS manages instances, and the instance profile.
func (a *API) checkManagedRoles(tx *store.Tx, p *capacityprovider.Provider) error {
	scope, role, profile := p.Scope(), aws.ToString(p.Managed.InfrastructureRoleArn), aws.ToString(p.Managed.InstanceLaunchTemplate.Ec2InstanceProfileArn)
	switch {
	case !arn.Is(role):
		return kit.InvalidParameter("infrastructureRoleArn is not an ARN: " + role)
	case profile != "" && !arn.Is(profile):
		return kit.InvalidParameter("ec2InstanceProfileArn is not an ARN: " + profile)
	case !a.StrictRoles:
		return nil
	}
	account := iam.AccountOf(scope)
	if found := iam.RoleByARN(tx, account, role); found == nil || !found.Trusts(iam.Asking{Service: iam.ECS, Source: p.ARN, Account: scope.Account}) {
		return kit.ClientError("ECS was unable to assume the role '" + role + "' that was provided for this capacity provider. " +
			"Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.")
	}
	if found := iam.InstanceProfiles.Find(tx, account, arn.Name(profile)); profile != "" && (found == nil || found.ARN() != profile || found.Role == "") {
		return kit.ClientError("The instance profile '" + profile + "' does not exist or has no role.")
	}
	return nil
}

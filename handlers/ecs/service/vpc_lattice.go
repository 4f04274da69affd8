package service

import (
	"reflect"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// vpcLattice is what leads requests by VPC Lattice on AWS.
type vpcLattice struct{ unsaid }

const noLattice = "deployments and revisions show it; there is no VPC Lattice, and its target groups are not looked for"

func (vpcLattice) rows() []member.Row {
	return slices.Concat(
		member.Keep("vpcLatticeConfigurations[].advancedConfiguration.alternateTargetGroupArn", noLattice),
		member.Keep("vpcLatticeConfigurations[].advancedConfiguration.productionListenerRule", noLattice),
		member.Keep("vpcLatticeConfigurations[].advancedConfiguration.testListenerRule", noLattice),
		member.Keep("vpcLatticeConfigurations[].portName", noLattice),
		member.Keep("vpcLatticeConfigurations[].roleArn", noLattice),
		member.Keep("vpcLatticeConfigurations[].targetGroupArn", noLattice),
	)
}

func (vpcLattice) checkController(r Request, _ types.DeploymentControllerType) error {
	return onlyWithECS("vpcLatticeConfigurations", len(r.VpcLatticeConfigurations) > 0)
}

func (vpcLattice) resolve(in *resolving) error {
	if in.revision.VpcLatticeConfigurations = slices.Clone(in.VpcLatticeConfigurations); in.VpcLatticeConfigurations == nil {
		in.revision.VpcLatticeConfigurations = in.before.VpcLatticeConfigurations
	}
	return nil
}

func (vpcLattice) same(x, y *state.ServiceRevision) bool {
	return reflect.DeepEqual(kit.Listed(x.VpcLatticeConfigurations), kit.Listed(y.VpcLatticeConfigurations))
}

func (vpcLattice) showInDeployment(shown *types.Deployment, d *state.Deployment) {
	shown.VpcLatticeConfigurations = d.Revision.VpcLatticeConfigurations
}

func (vpcLattice) showInRevision(shown *types.ServiceRevision, r *state.ServiceRevision) {
	shown.VpcLatticeConfigurations = r.VpcLatticeConfigurations
}

package service

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/calledby"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/reservation"
)

// byECS reports whether ECS itself calls, which it does for services that it manages, such as the one of an Express gateway service.
func byECS(ctx context.Context) bool { return calledby.Service(ctx) == "ecs.amazonaws.com" }

// managementType is of a service that the caller makes; empty for users.
func managementType(ctx context.Context) types.ResourceManagementType {
	if byECS(ctx) {
		return types.ResourceManagementTypeEcs
	}
	return ""
}

func isManaged(s *state.Service) bool {
	return s.ResourceManagementType == types.ResourceManagementTypeEcs
}

// deploymentID is the id of a new deployment of a service. Where ECS itself calls, it is the one that is reserved, if any is.
func deploymentID(ctx context.Context, tx *store.Tx, serviceARN string) string {
	if byECS(ctx) {
		if id := reservation.Take(tx, serviceARN); id != "" {
			return id
		}
	}
	return arn.NewDeploymentID()
}

// errManaged has AWS's words for DeleteService: ekristen/aws-nuke#982. That UpdateService says the like is a choice.
func errManaged(s *state.Service, remedy string) error {
	return kit.InvalidParameter(s.ARN + " has ResourceManagementType=ECS use " + remedy)
}

// ofUsers are the members by which users may change a service that ECS manages. Source: services.md I.2; that a forced deployment
// is among the deployment settings is a choice.
var ofUsers = []string{"Service", "Cluster", "DesiredCount", "DeploymentConfiguration", "ForceNewDeployment"}

// checkManagedUpdate refuses of users what ECS itself keeps of a service.
func checkManagedUpdate(ctx context.Context, s *state.Service, in *sdk.UpdateServiceInput) error {
	if !isManaged(s) || byECS(ctx) {
		return nil
	}
	members := reflect.ValueOf(in).Elem()
	for field, member := range members.Fields() {
		if !member.IsZero() && !slices.Contains(ofUsers, field.Name) {
			return errManaged(s, "UpdateExpressGatewayService to update "+strings.ToLower(field.Name[:1])+field.Name[1:])
		}
	}
	return nil
}

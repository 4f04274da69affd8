package ecs

import (
	"maps"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// notBuiltAccess says what the operations ask that are not built. Source: Service Authorization Reference, Amazon ECS.
func (a *API) notBuiltAccess() awsapi.Rows {
	rows := awsapi.Rows{}
	for _, some := range []awsapi.Rows{a.gatewayAccess()} {
		maps.Copy(rows, some)
	}
	return rows
}

// passes is what readers learn of roles that a request hands over.
const passes = "iam:PassRole on the roles of the request"

// gatewayAccess is a guess: the reference that was read has no gateways but their condition key.
func (a *API) gatewayAccess() awsapi.Rows {
	one := awsapi.On("gateway/{Gateway}").Key("ecs:gateway", "gateway/{Gateway}")
	withCluster := one.Key("ecs:cluster", "cluster/{Cluster}")
	return awsapi.Rows{
		"AssociateGatewayWithCluster":    withCluster,
		"DisassociateGatewayFromCluster": withCluster,
		"ListGatewayClusterAssociations": withCluster,
		"ListGatewayRoutes":              withCluster,
		"CreateGateway":                  passesRole(a.WithTags(awsapi.On("gateway/{Name}")), func(in *sdk.CreateGatewayInput) *string { return in.InfrastructureRoleArn }),
		"UpdateGateway":                  passesRole(one, func(in *sdk.UpdateGatewayInput) *string { return in.InfrastructureRoleArn }),
		"DeleteGateway":                  one,
		"DescribeGateway":                one,
		"DescribeGatewayResources":       one,
		"DescribeGatewayRoute":           awsapi.On("{GatewayRouteArn}"),
		"ListGateways":                   awsapi.On("*"),
	}
}

func passesRole[In any](r awsapi.Row, role func(in In) *string) awsapi.Row {
	return awsapi.With(r.Shows(passes).May("iam:PassedToService"), func(_ awsapi.Call, in In, wants []awsapi.Access) []awsapi.Access {
		return append(wants, kit.Passes(iam.ECS, role(in))...)
	})
}

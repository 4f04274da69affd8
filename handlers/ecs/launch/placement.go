package launch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement/query"
)

// Limits of placement. Source: ECS API reference, RunTask.
const (
	maxPlacementStrategies  = 5
	maxPlacementConstraints = 10
)

// CheckPlacement refuses strategies and constraints that ECS refuses for each
// launch type. Source: field reports of RunTask and CreateService; the messages for
// constraints and spread are made by analogy.
func CheckPlacement(strategies []types.PlacementStrategy, constraints []types.PlacementConstraint) error {
	if len(strategies) > maxPlacementStrategies {
		return kit.InvalidParameter(fmt.Sprintf("Maximum number of strategies is %d.", maxPlacementStrategies))
	}
	if len(constraints) > maxPlacementConstraints {
		return kit.InvalidParameter(fmt.Sprintf("Maximum number of constraints is %d.", maxPlacementConstraints))
	}
	for _, s := range strategies {
		if err := checkPlacementStrategy(s); err != nil {
			return err
		}
	}
	for _, c := range constraints {
		if err := checkPlacementConstraint(c); err != nil {
			return err
		}
	}
	return nil
}

func checkPlacementStrategy(s types.PlacementStrategy) error {
	field := aws.ToString(s.Field)
	valid := true
	switch s.Type {
	case types.PlacementStrategyTypeRandom:
		if field != "" {
			return kit.InvalidParameter("random field should not be specified.")
		}
	case types.PlacementStrategyTypeSpread:
		if field == "" {
			return kit.InvalidParameter("spread field should be specified.")
		}
		valid = field == "instanceId" || field == "host" || strings.HasPrefix(field, "attribute:")
	case types.PlacementStrategyTypeBinpack:
		valid = strings.EqualFold(field, "cpu") || strings.EqualFold(field, "memory")
	default:
		return kit.InvalidParameter("placement strategy type should be one of [random,spread,binpack]")
	}
	if !valid {
		return kit.InvalidParameter(fmt.Sprintf("%s field '%s' is invalid.", s.Type, field))
	}
	return nil
}

// KeptStrategies are placement strategies as a service keeps and shows them: host is
// instanceId, and resources are in capitals (ECS0163).
func KeptStrategies(asked []types.PlacementStrategy) []types.PlacementStrategy {
	kept := slices.Clone(asked)
	for i, s := range kept {
		field := aws.ToString(s.Field)
		switch {
		case s.Type == types.PlacementStrategyTypeSpread && field == "host":
			kept[i].Field = aws.String("instanceId")
		case s.Type == types.PlacementStrategyTypeBinpack:
			kept[i].Field = aws.String(strings.ToUpper(field))
		}
	}
	return kept
}

func checkPlacementConstraint(c types.PlacementConstraint) error {
	expression := aws.ToString(c.Expression)
	switch {
	case c.Type == types.PlacementConstraintTypeDistinctInstance && expression != "":
		return kit.InvalidParameter("distinctInstance expression should not be specified.")
	case c.Type == types.PlacementConstraintTypeMemberOf && expression == "":
		return kit.InvalidParameter("memberOf expression should be specified.")
	case c.Type != types.PlacementConstraintTypeDistinctInstance && c.Type != types.PlacementConstraintTypeMemberOf:
		return kit.InvalidParameter("placement constraint type should be one of [distinctInstance,memberOf]")
	case c.Type == types.PlacementConstraintTypeDistinctInstance:
		return nil
	}
	if _, err := query.Parse(expression); err != nil {
		return kit.InvalidParameter(err.Error())
	}
	return nil
}

// CheckAllConstraints looks at the constraints of a definition together with those of a
// request. Source: ECS API reference, RunTask.
func CheckAllConstraints(def *types.TaskDefinition, requested []types.PlacementConstraint) error {
	return CheckPlacement(nil, slices.Concat(placement.Of(def.PlacementConstraints), requested))
}

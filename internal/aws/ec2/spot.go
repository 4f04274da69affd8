package ec2

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var instancesBySpotRequest = instances.Index((*Instance).spotRequest)

// Spot is what makes an instance a Spot Instance: its request, which is for one time and fulfilled at once.
type Spot struct {
	RequestID   string    // sir-…
	MaxPrice    string    // as asked for; there are no prices
	CancelledAt time.Time // zero unless the request was cancelled, which leaves the instance; handlers write it
}

// NoticeTime is how long before its end a Spot Instance has notice. Source: EC2 user guide, Spot Instance
// interruption notices.
const NoticeTime = 2 * time.Minute

// SpotInterruption is why an instance ends that EC2 has interrupted. Source: EC2 API reference, StateReason, for
// the code; field reports for the message.
var SpotInterruption = Reason{
	Code: "Server.SpotInstanceTermination", Message: "Server.SpotInstanceTermination: Spot instance termination",
}

// CanBeInterrupted reports whether it is a Spot Instance that runs and has had no notice.
func (i *Instance) CanBeInterrupted() bool {
	return i.Spot != nil && i.NoticeAt.IsZero() && i.State() == types.InstanceStateNameRunning
}

func (i *Instance) ARN() string {
	return "arn:" + i.Scope.Partition() + ":ec2:" + i.Scope.Region + ":" + i.Scope.Account + ":instance/" + i.ID
}

// spotRequest is the value of the index by which requests find their instances.
func (i *Instance) spotRequest() string {
	if i.Spot == nil {
		return ""
	}
	return i.Scope.Prefix() + i.Spot.RequestID
}

// FindSpotInstance returns the instance of a Spot Instance request, terminated ones included, or nil.
func FindSpotInstance(tx *store.Tx, scope arn.Scope, requestID string) *Instance {
	for _, i := range instancesBySpotRequest.List(tx, scope.Prefix()+requestID) {
		return i
	}
	return nil
}

// spotOf is what market options ask for, nil where that is an On-Demand Instance.
//
// A request of RunInstances can be persistent only if its instance is stopped or hibernated when it is interrupted.
// Source: EC2 API reference, SpotMarketOptions. The texts are the emulator's.
func spotOf(options *types.LaunchTemplateInstanceMarketOptions) (*Spot, error) {
	if options == nil {
		return nil, nil
	}
	const unsupported = "UnsupportedOperation"
	if options.MarketType != types.MarketTypeSpot {
		return nil, refuse(unsupported, "ecs-emulator does not support InstanceMarketOptions with the MarketType %q", options.MarketType)
	}
	asked := options.SpotOptions
	if asked == nil {
		return &Spot{}, nil
	}
	switch behavior := asked.InstanceInterruptionBehavior; {
	case behavior != "" && !slices.Contains(behavior.Values(), behavior):
		return nil, refuse("InvalidParameterValue", "Value (%s) for parameter instanceInterruptionBehavior is invalid.", behavior)
	case asked.SpotInstanceType != "" && !slices.Contains(asked.SpotInstanceType.Values(), asked.SpotInstanceType):
		return nil, refuse("InvalidParameterValue", "Value (%s) for parameter spotInstanceType is invalid.", asked.SpotInstanceType)
	case behavior != "" && behavior != types.InstanceInterruptionBehaviorTerminate:
		return nil, refuse(unsupported, "ecs-emulator does not support Spot Instances with the InstanceInterruptionBehavior %s", behavior)
	case asked.SpotInstanceType == types.SpotInstanceTypePersistent:
		return nil, refuse("InvalidParameterCombination", "The request with type 'persistent' is not supported when instanceInterruptionBehavior is set to 'terminate'.")
	case asked.ValidUntil != nil:
		return nil, refuse(unsupported, "ecs-emulator does not support ValidUntil, which is for persistent Spot Instance requests")
	case asked.BlockDurationMinutes != nil:
		return nil, refuse(unsupported, "ecs-emulator does not support BlockDurationMinutes of Spot Instances")
	}
	price := aws.ToString(asked.MaxPrice)
	if err := CheckSpotPrice(price); err != nil {
		return nil, err
	}
	return &Spot{MaxPrice: price}, nil
}

// CheckSpotPrice refuses what is no price. Empty means the On-Demand price. The text is the emulator's.
func CheckSpotPrice(price string) error {
	if price == "" {
		return nil
	}
	decimal := strings.Trim(price, "0123456789.") == "" // ParseFloat takes infinity as well
	if amount, err := strconv.ParseFloat(price, 64); !decimal || err != nil || amount == 0 {
		return refuse("InvalidParameterValue", "Value (%s) for parameter price is invalid.", price)
	}
	return nil
}

package ec2

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SettlePublicIP gives an instance its public address, or takes that back: it has one while
// it runs, another one after each start, unless it has an Elastic IP address. The caller that changes
// Reached or an association calls it. Where none is left, the instance goes without. Source:
// EC2 user guide, instance IP addressing.
func (i *Instance) SettlePublicIP(tx *store.Tx) {
	if !i.PublicIP || i.Reached != types.InstanceStateNameRunning || i.ElasticIP(tx) != nil {
		ec2network.GivePublicAddress(tx, i.Key())
		return
	}
	ec2network.TakePublicAddress(tx, i.Key(), i.Key()+" "+strconv.FormatInt(i.ReachedAt.UnixNano(), 10))
}

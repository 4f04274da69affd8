package ec2

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// reservedAddresses is how many addresses of a subnet nobody gets.
// Source: VPC user guide, subnet sizing.
const reservedAddresses = 5

// Room is how many addresses the subnets have left in a transaction. Whoever launches
// several times in one needs one Room for all: Launch takes from it.
type Room struct {
	tx   *state.Tx
	used map[int]int // by the block of the subnet; nil: nobody has asked yet
}

// RoomIn costs nothing before the first question.
func RoomIn(tx *state.Tx) *Room { return &Room{tx: tx} }

// Free is how many addresses a subnet has left.
func (r *Room) Free(s *state.Subnet) int {
	if r.used == nil {
		r.count()
	}
	return max(0, 1<<(32-s.Bits)-reservedAddresses-r.used[s.Block])
}

// count goes over all accounts and regions: their VPCs share one network.
func (r *Room) count() {
	subnets := map[string]int{}
	for _, i := range AllInstances(r.tx) {
		if i.Reached != types.InstanceStateNameTerminated {
			subnets[i.Subnet]++
		}
	}
	for _, t := range r.tx.AllTasks() {
		if !t.Ended() {
			subnets[t.Placement.SubnetID]++
		}
	}
	r.used = map[int]int{}
	for id, n := range subnets {
		if s := r.tx.Subnet(arn.Scope{}, id); s != nil { // its range follows from the id alone
			r.used[s.Block] += n
		}
	}
}

// NoRoom is why instances do not fit into a subnet. Source: field reports.
func NoRoom(s *state.Subnet) error {
	return refuse("InsufficientFreeAddressesInSubnet", "There are not enough free addresses in subnet '%s' to satisfy the requested number of instances.", s.ID)
}

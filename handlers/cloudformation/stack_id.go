package cloudformation

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// gregorian is where the time of UUIDs begins, in seconds before the epoch. Source: RFC 9562, section 5.1.
const gregorian = 12_219_292_800

// newStackID is the ARN of a new stack, which has a UUID of version 1 (CFN-102). What a computer's address would be is random.
func newStackID(s arn.Scope, name string, at time.Time) string {
	u := uuid.New()
	ticks := uint64(at.Unix()+gregorian)*1e7 + uint64(at.Nanosecond()/100)
	binary.BigEndian.PutUint32(u[0:], uint32(ticks))
	binary.BigEndian.PutUint16(u[4:], uint16(ticks>>32))
	binary.BigEndian.PutUint16(u[6:], uint16(ticks>>48)&0x0fff|1<<12)
	u[10] |= 1 // as addresses that no computer has
	return cfn.StackPrefix(s) + name + "/" + u.String()
}

// newChangeSetID is the ARN of a new change set (CFN-102).
func newChangeSetID(s arn.Scope, name string) string {
	return "arn:" + s.Partition() + ":cloudformation:" + s.Region + ":" + s.Account + ":changeSet/" + name + "/" + arn.NewUUID()
}

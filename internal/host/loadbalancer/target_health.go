package loadbalancer

import (
	"io"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// heard writes how targets are. Over a stream that is closed nothing is lost: over the next one
// all is told again.
func (c *Controller) heard(from io.Closer, news []balancer.Health) {
	if len(unwritten(c.Store.Read(), news, c.Clock.Now())) == 0 {
		return
	}
	err := c.Store.Update(func(tx *store.Tx) error {
		for _, h := range unwritten(tx, news, c.Clock.Now()) {
			elbv2.PutTargetHealth(tx, h)
		}
		return nil
	})
	if err != nil {
		c.Log.Error("cannot store the health of targets; retrying", "error", err)
		_ = from.Close()
	}
}

// unwritten are the rows that say something else than the news. These are of now, as the
// balancer's clock may be another one.
func unwritten(tx *store.Tx, news []balancer.Health, now time.Time) (rows []*elbv2.TargetHealth) {
	for _, h := range news {
		id, port := parseTargetID(h.Target)
		t := elbv2.FindTarget(tx, h.Group, id, port)
		if t == nil {
			continue
		}
		row := &elbv2.TargetHealth{
			GroupARN: h.Group, ID: id, Port: port, CheckedAt: now, State: elb.TargetHealthStateEnum(h.State),
			Reason: elb.TargetHealthReasonEnum(h.Reason), Description: h.Description,
		}
		before := elbv2.FindTargetHealth(tx, t)
		if before != nil && !before.CheckedAt.Before(t.RegisteredAt) &&
			before.State == row.State && before.Reason == row.Reason && before.Description == row.Description {
			continue
		}
		if before != nil {
			row.Withdrawn = before.Withdrawn
		}
		rows = append(rows, row)
	}
	return rows
}

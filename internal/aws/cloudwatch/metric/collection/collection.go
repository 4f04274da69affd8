// Package collection brings what AWS measures by itself into the store of metrics: it asks its sources at the end of each
// period that data are wanted of, and before a client looks.
package collection

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
)

// Source has the data of one or a few of AWS's namespaces.
type Source interface {
	// Collect gives the data of a window. What it cannot tell, it leaves out, and logs why. It is called by one goroutine at
	// a time. A source that has to remember how far it has read puts its data by itself, with a mark (metric.Store.PutMarked),
	// and gives none.
	Collect(ctx context.Context, w Window) []metric.Datum
}

// Window is the time that a source is asked about.
type Window struct {
	// From is when sources were asked last, and To is now; both by the emulator's clock. Counts that came between
	// belong to the minute of From.
	From, To time.Time
	// Tick says that To is the end of a period, so that Ended tells which. Otherwise a client is about to look, or the
	// clock is about to be advanced: sources then give what they have counted, and sample nothing.
	Tick bool
}

// Ended is when the period of a length began that ends with this window; ok is false when none ends. Minutes end at full
// minutes, and periods of 20 s at :00, :20 and :40.
func (w Window) Ended(period time.Duration) (began time.Time, ok bool) {
	return w.To.Add(-period), w.Tick && w.To.Equal(w.To.Truncate(period))
}

// Minute is the one that counts of this window belong to.
func (w Window) Minute() time.Time { return w.From.Truncate(time.Minute) }

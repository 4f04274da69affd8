package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
)

// expressionInput is what expressions of a request are evaluated on.
type expressionInput struct {
	queries  []types.MetricDataQuery // all, with those of metrics
	fetched  map[string]*series      // of the queries of metrics, by their ids
	period   map[string]time.Duration
	from, to time.Time // of the request
}

// evaluate gives the series of the queries that are expressions, by their ids: one, or those of an array.
func (a *API) evaluate(expressionInput) (map[string][]*series, error) {
	return nil, notBuilt("expressions of GetMetricData")
}

package cloudwatch

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metricmath"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// pageOfData is the part of the results that a request asks for. Values are told result after result: that is the emulator's
// choice. A result of which some are left has PartialData (recorded answers).
func pageOfData(in *sdk.GetMetricDataInput, results []series) (*sdk.GetMetricDataOutput, error) {
	skip, err := readToken(in)
	if err != nil {
		return nil, err
	}
	out := &sdk.GetMetricDataOutput{Messages: []types.MessageData{}, MetricDataResults: []types.MetricDataResult{}}
	room, next, before := mostValuesAnswered, skip, 0
	if in.MaxDatapoints != nil {
		room = int(*in.MaxDatapoints)
	}
	left := false
	for _, r := range results {
		begin := before
		before += len(r.Points)
		if skip > begin && skip >= before {
			continue // told on former pages
		}
		points := r.Points[max(skip-begin, 0):]
		part := points[:min(len(points), room)]
		room -= len(part)
		next += len(part)
		told := r.told(part)
		if len(part) < len(points) {
			told.StatusCode, left = types.StatusCodePartialData, true
		}
		out.MetricDataResults = append(out.MetricDataResults, told)
	}
	if left {
		out.NextToken = aws.String(tokenOf(in, next))
	}
	return out, nil
}

// told is a result with some of its values.
func (r *series) told(points []metricmath.Point) types.MetricDataResult {
	told := types.MetricDataResult{
		Id: &r.id, Label: &r.Label, StatusCode: r.status, Messages: slices.Clone(r.messages),
		Timestamps: make([]time.Time, 0, len(points)), Values: make([]float64, 0, len(points)),
	}
	for _, p := range points {
		told.Timestamps, told.Values = append(told.Timestamps, p.At), append(told.Values, p.Value)
	}
	return told
}

// tokenOf is the token of the page after some values. It holds for the same queries and times.
func tokenOf(in *sdk.GetMetricDataInput, after int) string {
	digest := fnv.New64a()
	fmt.Fprint(digest, in.StartTime.UnixNano(), in.EndTime.UnixNano(), in.ScanBy)
	for _, q := range in.MetricDataQueries {
		fmt.Fprint(digest, *q.Id, aws.ToString(q.Expression))
	}
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "after %d of %x", after, digest.Sum64()))
}

// readToken is how many values former pages had.
func readToken(in *sdk.GetMetricDataInput) (after int, err error) {
	if in.NextToken == nil {
		return 0, nil
	}
	text, _ := base64.StdEncoding.DecodeString(*in.NextToken)
	if _, err := fmt.Sscanf(string(text), "after %d of ", &after); err != nil || after < 0 || *in.NextToken != tokenOf(in, after) {
		return 0, awsapi.Errorf("InvalidNextToken", "") // recorded answers
	}
	return after, nil
}

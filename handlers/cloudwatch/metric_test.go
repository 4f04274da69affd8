package cloudwatch_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// at is a minute of the quarter of an hour before the scene begins.
func (s *scene) at(minute, second int) *time.Time {
	return aws.Time(time.Date(2026, 11, 20, 11, 45+minute, second, 0, time.UTC))
}

func (s *scene) put(data ...types.MetricDatum) {
	s.T.Helper()
	ok(s, s.PutMetricData, &sdk.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: data})
}

// baseline puts the data that AWS was recorded with.
func (s *scene) baseline() {
	s.T.Helper()
	var data []types.MetricDatum
	for i := range 5 {
		data = append(data, types.MetricDatum{MetricName: aws.String("Scalar"), Timestamp: s.at(i, 0), Value: aws.Float64(float64(int(2) << i))})
	}
	for _, name := range []string{"High", "Standard"} {
		for _, p := range [][3]int{{0, 1, 2}, {0, 2, 3}, {0, 5, 7}, {1, 0, 11}, {1, 1, 13}} {
			resolution := map[string]int32{"High": 1, "Standard": 60}[name]
			data = append(data, types.MetricDatum{
				MetricName: aws.String(name), Timestamp: s.at(p[0], p[1]), Value: aws.Float64(float64(p[2])), StorageResolution: &resolution,
			})
		}
	}
	dimensions := func(pairs ...string) (list []types.Dimension) {
		for pair := range slices.Chunk(pairs, 2) {
			list = append(list, types.Dimension{Name: &pair[0], Value: &pair[1]})
		}
		return list
	}
	s.put(append(data,
		types.MetricDatum{MetricName: aws.String("Weighted"), Timestamp: s.at(0, 0), Values: []float64{2, 10}, Counts: []float64{2, 3}},
		types.MetricDatum{MetricName: aws.String("DefaultCounts"), Timestamp: s.at(0, 0), Values: []float64{2, 4, 6}},
		types.MetricDatum{MetricName: aws.String("Fractional"), Timestamp: s.at(0, 0), Values: []float64{2, 10}, Counts: []float64{0.5, 1.5}},
		types.MetricDatum{MetricName: aws.String("Negative"), Timestamp: s.at(0, 0), Values: []float64{-1, 3}},
		types.MetricDatum{MetricName: aws.String("General"), Timestamp: s.at(0, 0), StatisticValues: &types.StatisticSet{
			SampleCount: aws.Float64(3), Sum: aws.Float64(15), Minimum: aws.Float64(1), Maximum: aws.Float64(9),
		}},
		types.MetricDatum{MetricName: aws.String("Units"), Timestamp: s.at(0, 0), Value: aws.Float64(1), Unit: types.StandardUnitSeconds},
		types.MetricDatum{MetricName: aws.String("Units"), Timestamp: s.at(0, 0), Value: aws.Float64(1000), Unit: types.StandardUnitMilliseconds},
		types.MetricDatum{MetricName: aws.String("Dimensions"), Timestamp: s.at(0, 0), Value: aws.Float64(3), Dimensions: dimensions("A", "one", "B", "two")},
		types.MetricDatum{MetricName: aws.String("Dimensions"), Timestamp: s.at(0, 0), Value: aws.Float64(7), Dimensions: dimensions("A", "one")},
		types.MetricDatum{MetricName: aws.String("Dimensions"), Timestamp: s.at(0, 0), Value: aws.Float64(11)},
	)...)
	s.put(types.MetricDatum{MetricName: aws.String("Scalar"), Timestamp: s.at(0, 0), Value: aws.Float64(2)},
		types.MetricDatum{MetricName: aws.String("Dimensions"), Timestamp: s.at(0, 0), Value: aws.Float64(5), Dimensions: dimensions("B", "two", "A", "one")})
}

// shown are the data points of a metric: minute:second unit=SampleCount/Sum/Minimum/Maximum/Average.
func (s *scene) shown(name string, period int32, change ...func(*sdk.GetMetricStatisticsInput)) string {
	s.T.Helper()
	in := &sdk.GetMetricStatisticsInput{
		Namespace: aws.String("Shop"), MetricName: &name, StartTime: s.at(0, 0), EndTime: s.at(5, 0), Period: &period, Statistics: types.Statistic("").Values(),
	}
	for _, c := range change {
		c(in)
	}
	out := ok(s, s.GetMetricStatistics, in)
	if *out.Label != name {
		s.T.Errorf("the label is %s, want %s", *out.Label, name)
	}
	var list []string
	for _, d := range out.Datapoints {
		list = append(list, fmt.Sprintf("%s %s=%g/%g/%g/%g/%g", d.Timestamp.Add(15*time.Minute).Format("4:05"), d.Unit, *d.SampleCount, *d.Sum, *d.Minimum, *d.Maximum, *d.Average))
	}
	return strings.Join(list, "; ")
}

func TestFiguresOfGetMetricStatistics(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		s.baseline()
		dimension := func(names ...string) func(*sdk.GetMetricStatisticsInput) {
			return func(in *sdk.GetMetricStatisticsInput) {
				for _, n := range names {
					in.Dimensions = append(in.Dimensions, types.Dimension{Name: aws.String(n[:1]), Value: aws.String(n[2:])})
				}
			}
		}
		between := func(from, to *time.Time) func(*sdk.GetMetricStatisticsInput) {
			return func(in *sdk.GetMetricStatisticsInput) { in.StartTime, in.EndTime = from, to }
		}
		unit := func(u types.StandardUnit) func(*sdk.GetMetricStatisticsInput) {
			return func(in *sdk.GetMetricStatisticsInput) { in.Unit = u }
		}
		const minutes = "0:00 None=3/12/2/7/4; 1:00 None=2/24/11/13/12"
		for _, c := range []struct{ got, want string }{
			{s.shown("Scalar", 60), "0:00 None=2/4/2/2/2; 1:00 None=1/4/4/4/4; 2:00 None=1/8/8/8/8; 3:00 None=1/16/16/16/16; 4:00 None=1/32/32/32/32"},
			{s.shown("Scalar", 300), "0:00 None=6/64/2/32/10.666666666666666"},
			{s.shown("Weighted", 60), "0:00 None=5/34/2/10/6.8"},
			{s.shown("DefaultCounts", 60), "0:00 None=3/12/2/6/4"},
			{s.shown("Fractional", 60), "0:00 None=2/16/2/10/8"},
			{s.shown("Negative", 60), "0:00 None=2/2/-1/3/1"},
			{s.shown("General", 60), "0:00 None=3/15/1/9/5"},
			{s.shown("Units", 60), "0:00 Milliseconds=1/1000/1000/1000/1000; 0:00 Seconds=1/1/1/1/1"},
			{s.shown("Units", 60, unit("Seconds")), "0:00 Seconds=1/1/1/1/1"},
			{s.shown("Units", 60, unit("None")), ""},
			{s.shown("Dimensions", 60, dimension("A=one", "B=two")), "0:00 None=2/8/3/5/4"},
			{s.shown("Dimensions", 60, dimension("B=two", "A=one")), "0:00 None=2/8/3/5/4"},
			{s.shown("Dimensions", 60, dimension("A=one")), "0:00 None=1/7/7/7/7"},
			{s.shown("Dimensions", 60, dimension("A=two")), ""},
			{s.shown("Dimensions", 60), "0:00 None=1/11/11/11/11"},
			{s.shown("High", 1), "0:01 None=1/2/2/2/2; 0:02 None=1/3/3/3/3; 0:05 None=1/7/7/7/7; 1:00 None=1/11/11/11/11; 1:01 None=1/13/13/13/13"},
			{s.shown("High", 5), "0:00 None=2/5/2/3/2.5; 0:05 None=1/7/7/7/7; 1:00 None=2/24/11/13/12"},
			{s.shown("High", 60), minutes},
			{s.shown("Standard", 1), minutes},
			{s.shown("Standard", 30), minutes},
			{s.shown("Standard", 60), minutes},
			{s.shown("Scalar", 60, between(s.at(1, 0), s.at(2, 0))), "1:00 None=1/4/4/4/4"},
			{s.shown("Scalar", 60, between(s.at(1, 1), s.at(2, 0))), "1:00 None=1/4/4/4/4"},
			{s.shown("Scalar", 60, between(s.at(0, 0), s.at(1, 1))), "0:00 None=2/4/2/2/2"},
			{s.shown("Unheard", 60), ""},
		} {
			if c.got != c.want {
				t.Errorf("%s\nwant %s", c.got, c.want)
			}
		}
	})
}

func TestRefusedMetricData(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		const value, combination, missing = "InvalidParameterValue", "InvalidParameterCombination", "MissingParameter"
		one := aws.Float64(1)
		refuse := func(code, text string, d types.MetricDatum) {
			t.Helper()
			d.MetricName = aws.String("Invalid")
			refused(s, s.PutMetricData, &sdk.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{d}}, code, text)
		}
		set := func(count, minimum, maximum float64) *types.StatisticSet {
			return &types.StatisticSet{SampleCount: &count, Sum: one, Minimum: &minimum, Maximum: &maximum}
		}
		const first = "MetricData.member.1."
		exclusive := "The parameters " + first + "Value and " + first + "%s are mutually exclusive and you have specified both."
		refuse(combination, "At least one of the parameters must be specified.", types.MetricDatum{})
		refuse(combination, fmt.Sprintf(exclusive, "Values"), types.MetricDatum{Value: one, Values: []float64{2}})
		refuse(combination, fmt.Sprintf(exclusive, "StatisticValues"), types.MetricDatum{Value: one, StatisticValues: set(1, 2, 2)})
		refuse(combination, "The parameter values must appears when the counts parameter is specified.", types.MetricDatum{Counts: []float64{1}})
		refuse(value, "The parameters "+first+"Values and "+first+"Counts must be of the same size.", types.MetricDatum{Values: []float64{1, 2}, Counts: []float64{1}})
		refuse(value, "The parameter "+first+"Counts must contain only values greater than 0.", types.MetricDatum{Values: []float64{1}, Counts: []float64{-1}})
		refuse(value, "The parameter "+first+"StatisticValues.SampleCount must be greater than 0.", types.MetricDatum{StatisticValues: set(0, 1, 1)})
		refuse(value, "The parameter "+first+"StatisticValues.Maximum must be greater than "+first+"StatisticValues.Minimum.", types.MetricDatum{StatisticValues: set(2, 2, 1)})
		refuse(value, "The parameter "+first+"StorageResolution must be a value in the set [ 1, 60 ].", types.MetricDatum{Value: one, StorageResolution: aws.Int32(2)})
		refuse(value, "The value 4.6970851655476665E108 for parameter "+first+"Value is invalid.", types.MetricDatum{Value: aws.Float64(4.6970851655476665e+108)})
		refuse(value, "The value NaN for parameter "+first+"Value is invalid.", types.MetricDatum{Value: aws.Float64(math.NaN())})
		refuse(value, "The parameter "+first+"Timestamp must specify a time within the past two weeks.", types.MetricDatum{Value: one, Timestamp: aws.Time(s.Now.AddDate(0, 0, -15))})
		refuse(value, "The parameter "+first+"Timestamp must specify a time no more than two hours in the future.", types.MetricDatum{Value: one, Timestamp: aws.Time(s.Now.Add(3 * time.Hour))})
		a := types.Dimension{Name: aws.String("A"), Value: aws.String("one")}
		refuse(value, "No metric may specify the same dimension name twice.", types.MetricDatum{Value: one, Dimensions: []types.Dimension{a, a}})
		none := "At least one MetricDatum object must be present in the request."
		refused(s, s.PutMetricData, &sdk.PutMetricDataInput{Namespace: aws.String("Shop")}, missing, none)
		data := []types.MetricDatum{{MetricName: aws.String("Reserved"), Value: one}}
		refused(s, s.PutMetricData, &sdk.PutMetricDataInput{Namespace: aws.String("AWS/Shop"), MetricData: data}, value, "The value AWS/ for parameter Namespace is invalid.")
		entity := []types.EntityMetricData{{Entity: &types.Entity{KeyAttributes: map[string]string{"Type": "None"}}, MetricData: data}}
		refused(s, s.PutMetricData, &sdk.PutMetricDataInput{Namespace: aws.String("Shop"), EntityMetricData: entity}, combination,
			"Field StrictEntityValidation is required when setting EntityMetricData")
		refused(s, s.PutMetricData, &sdk.PutMetricDataInput{Namespace: aws.String("Shop"), EntityMetricData: entity, StrictEntityValidation: aws.Bool(true)}, value,
			"InvalidTypeValue: Unknown entity type")
		if out := ok(s, s.ListMetrics, &sdk.ListMetricsInput{}); len(out.Metrics) > 0 {
			t.Errorf("refused data are kept: %v", out.Metrics)
		}
	})
}

func TestAcceptedMetricData(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		accept := func(namespace string, d types.MetricDatum) {
			t.Helper()
			d.MetricName = aws.String("Valid")
			ok(s, s.PutMetricData, &sdk.PutMetricDataInput{Namespace: &namespace, MetricData: []types.MetricDatum{d}})
		}
		one := aws.Float64(1)
		set := &types.StatisticSet{SampleCount: aws.Float64(2), Sum: aws.Float64(100), Minimum: one, Maximum: aws.Float64(2)}
		accept("Shop", types.MetricDatum{Timestamp: s.at(0, 0), Values: []float64{7}, StatisticValues: set})
		accept("Shop", types.MetricDatum{Timestamp: s.at(1, 0), Values: []float64{1, 2}, Counts: []float64{0, 1}})
		accept(":Shop", types.MetricDatum{Value: one})
		accept("Shop", types.MetricDatum{Value: one, Timestamp: aws.Time(s.Now.AddDate(0, 0, -14).Add(time.Minute))})
		accept("Shop", types.MetricDatum{Value: one, Timestamp: aws.Time(s.Now.Add(2*time.Hour - time.Minute))})
		ok(s, s.PutMetricData, &sdk.PutMetricDataInput{
			Namespace: aws.String("Shop"), StrictEntityValidation: aws.Bool(false),
			EntityMetricData: []types.EntityMetricData{{
				Entity:     &types.Entity{KeyAttributes: map[string]string{"Type": "Unknown"}},
				MetricData: []types.MetricDatum{{MetricName: aws.String("Valid"), Timestamp: s.at(2, 0), Value: aws.Float64(103)}},
			}},
		})
		const want = "0:00 None=2/100/1/2/50; 1:00 None=1/2/1/2/2; 2:00 None=1/103/103/103/103"
		if got := s.shown("Valid", 60); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	})
}

func TestRefusedStatistics(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		const value, combination = "InvalidParameterValue", "InvalidParameterCombination"
		refuse := func(code, text string, change func(*sdk.GetMetricStatisticsInput)) {
			t.Helper()
			in := &sdk.GetMetricStatisticsInput{
				Namespace: aws.String("Shop"), MetricName: aws.String("Scalar"), StartTime: s.at(0, 0), EndTime: s.at(5, 0), Period: aws.Int32(60),
				Statistics: []types.Statistic{"Sum"},
			}
			change(in)
			refused(s, s.GetMetricStatistics, in, code, text)
		}
		type in = sdk.GetMetricStatisticsInput
		refuse(value, "The parameter Period must be a value in the set [1, 5, 10, 20, 30].", func(i *in) { i.Period = aws.Int32(7) })
		refuse(value, "The parameter StartTime must be less than the parameter EndTime.", func(i *in) { i.EndTime = i.StartTime })
		refuse(combination, "You have requested up to 1445 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
			func(i *in) { i.StartTime = aws.Time(s.at(0, 0).AddDate(0, 0, -1)) })
		refuse(value, "The parameter Statistics.member.1.<list element> must be a value in the set [SampleCount, Average, Sum, Minimum, Maximum].",
			func(i *in) { i.Statistics = []types.Statistic{"Median"} })
		refuse(value, "The value p101 for parameter ExtendedStatistics.member.1.<list element> is not supported.", func(i *in) { i.ExtendedStatistics = []string{"p101"} })
		refuse(combination, "At least one of the parameters must be specified.", func(i *in) { i.Statistics = nil })
	})
}

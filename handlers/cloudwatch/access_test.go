package cloudwatch_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
)

// Source: Service Authorization Reference, Amazon CloudWatch.
func TestWhatRequestsAsk(t *testing.T) {
	const (
		dashboard = "arn:aws:cloudwatch::111122223333:dashboard/"
		tagged    = " aws:requesttag/team=red aws:tagkeys=Team"
		tags      = `"Tags":[{"Key":"Team","Value":"red"}]`
		cpu       = `{"ResourceARN":"arn:aws:cloudwatch:us-east-1:111122223333:alarm:cpu"`
	)
	service := cloudwatch.New(cloudwatch.Options{}).Service()
	apitest.Access(t, service)
	table := []apitest.Request{
		apitest.Ask("PutMetricAlarm", `{"AlarmName":"cpu"}`, "cloudwatch:PutMetricAlarm alarm:cpu"),
		apitest.Ask("PutMetricAlarm", `{"AlarmName":"cpu","AlarmActions":["arn:a"],"OKActions":["arn:b"],"InsufficientDataActions":["arn:c"],`+tags+`}`,
			"cloudwatch:PutMetricAlarm alarm:cpu"+tagged+" cloudwatch:alarmactions=arn:a,arn:b,arn:c",
			"cloudwatch:TagResource alarm:cpu"+tagged+" cloudwatch:alarmactions=arn:a,arn:b,arn:c"),
		apitest.Ask("PutCompositeAlarm", `{"AlarmName":"all","OKActions":["arn:b"]}`, "cloudwatch:PutCompositeAlarm alarm:all cloudwatch:alarmactions=arn:b"),
		apitest.Ask("DescribeAlarms", ``, "cloudwatch:DescribeAlarms alarm:*"),
		apitest.Ask("DescribeAlarms", `{"AlarmNames":["a","b"]}`, "cloudwatch:DescribeAlarms alarm:a", "cloudwatch:DescribeAlarms alarm:b"),
		apitest.Ask("DescribeAlarmHistory", ``, "cloudwatch:DescribeAlarmHistory alarm:*"),
		apitest.Ask("DescribeAlarmHistory", `{"AlarmName":"cpu"}`, "cloudwatch:DescribeAlarmHistory alarm:cpu"),
		apitest.Ask("SetAlarmState", `{"AlarmName":"cpu"}`, "cloudwatch:SetAlarmState alarm:cpu"),
		apitest.Ask("PutDashboard", `{"DashboardName":"web",`+tags+`}`,
			"cloudwatch:PutDashboard "+dashboard+"web"+tagged, "cloudwatch:TagResource "+dashboard+"web"+tagged),
		apitest.Ask("GetDashboard", `{"DashboardName":"web"}`, "cloudwatch:GetDashboard "+dashboard+"web"),
		apitest.Ask("DeleteDashboards", `{"DashboardNames":["a","b"]}`, "cloudwatch:DeleteDashboards "+dashboard+"a", "cloudwatch:DeleteDashboards "+dashboard+"b"),
		apitest.Ask("PutMetricData", `{"Namespace":"Shop"}`, "cloudwatch:PutMetricData * cloudwatch:namespace=Shop"),
		apitest.Ask("ListTagsForResource", cpu+`}`, "cloudwatch:ListTagsForResource alarm:cpu"),
		apitest.Ask("TagResource", cpu+`,`+tags+`}`, "cloudwatch:TagResource alarm:cpu"+tagged),
		apitest.Ask("UntagResource", cpu+`,"TagKeys":["Team"]}`, "cloudwatch:UntagResource alarm:cpu aws:tagkeys=Team"),
	}
	for _, operation := range []string{"DeleteAlarms", "DisableAlarmActions", "EnableAlarmActions"} {
		table = append(table, apitest.Ask(operation, `{"AlarmNames":["a","b"]}`, "cloudwatch:"+operation+" alarm:a", "cloudwatch:"+operation+" alarm:b"))
	}
	apitest.AskedBy(t, service, table)
}

func TestTagsOfARNs(t *testing.T) {
	s := newScene(t, protocols["JSON"])
	tags := []types.Tag{{Key: aws.String("Team"), Value: aws.String("red")}, {Key: aws.String("Cost"), Value: aws.String("1")}}
	ok(s, s.PutMetricAlarm, &sdk.PutMetricAlarmInput{
		AlarmName: aws.String("cpu"), Namespace: aws.String("Shop"), MetricName: aws.String("CPU"), Statistic: types.StatisticSum, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, Tags: tags,
	})
	s.composite("all", "ALARM(cpu)", func(in *sdk.PutCompositeAlarmInput) { in.Tags = tags[:1] })
	ok(s, s.PutDashboard, &sdk.PutDashboardInput{DashboardName: aws.String("web"), DashboardBody: aws.String(`{"widgets":[]}`), Tags: tags[1:]})
	api := cloudwatch.New(cloudwatch.Options{Store: s.Store, Now: s.Clock})
	s.TagsByARN(api.Service(), api, 2)
	if got := api.Service().Tags("arn:aws:cloudwatch::123456789012:dashboard/web"); len(got) != 1 || got[0].Key != "Cost" || got[0].Value != "1" {
		t.Errorf("the dashboard has %v", got)
	}
}

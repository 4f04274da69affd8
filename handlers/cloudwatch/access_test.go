package cloudwatch_test

import (
	"testing"

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

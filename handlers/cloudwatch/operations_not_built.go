package cloudwatch

import "github.com/ecs-emulator/ecs-emulator/handlers/awsapi"

// operationsNotBuilt are those that the SDK has and this package has not, by what they need.
func operationsNotBuilt() (list []awsapi.Operation) {
	for _, group := range []struct {
		needs string
		names []string
	}{
		{"pictures of metrics", []string{"GetMetricWidgetImage"}},
		{"alarms of Metrics Insights queries", []string{"DescribeAlarmContributors"}},
		{"alarms of logs", []string{"PutLogAlarm"}},
		{"mute rules", []string{"PutAlarmMuteRule", "GetAlarmMuteRule", "ListAlarmMuteRules", "DeleteAlarmMuteRule"}},
		{"anomaly detectors", []string{"PutAnomalyDetector", "DescribeAnomalyDetectors", "DeleteAnomalyDetector"}},
		{"insight rules", []string{
			"PutInsightRule", "PutManagedInsightRules", "DescribeInsightRules", "ListManagedInsightRules", "GetInsightRuleReport",
			"EnableInsightRules", "DisableInsightRules", "DeleteInsightRules",
		}},
		{"metric streams", []string{"PutMetricStream", "GetMetricStream", "ListMetricStreams", "StartMetricStreams", "StopMetricStreams", "DeleteMetricStream"}},
		{"datasets", []string{"GetDataset", "AssociateDatasetKmsKey", "DisassociateDatasetKmsKey"}},
		{"OpenTelemetry enrichment", []string{"StartOTelEnrichment", "StopOTelEnrichment", "GetOTelEnrichment", "UpdateOTelEnrichment"}},
		{"metrics of resources", []string{
			"CreateResourceMetricsConfiguration", "GetResourceMetricsConfiguration", "UpdateResourceMetricsConfiguration", "DeleteResourceMetricsConfiguration",
		}},
	} {
		for _, name := range group.names {
			list = append(list, awsapi.NotBuilt(name, group.needs))
		}
	}
	return list
}

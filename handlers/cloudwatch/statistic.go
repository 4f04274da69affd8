package cloudwatch

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"

// isExtendedStatistic reports whether a text is the name of a statistic such as p99.9, tm90,
// TM(10%:90%), PR(:300) or IQM.
func isExtendedStatistic(s string) bool { return metric.IsExtended(s) }

package state

// SpotNotice is what EC2 tells EventBridge when a Spot Instance will be interrupted. State makes its ID.
type SpotNotice struct {
	ID                      string
	InstanceARN, InstanceID string
}

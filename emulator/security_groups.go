package emulator

// SecurityGroups says what becomes of the rules of security groups.
type SecurityGroups string

// Values of Options.SecurityGroups.
const (
	// SecurityGroupsOn filters, but lets in this host and containers that are no tasks.
	SecurityGroupsOn SecurityGroups = "on"
	// SecurityGroupsStrict holds these to the rules too.
	SecurityGroupsStrict SecurityGroups = "strict"
	// SecurityGroupsOff filters nothing.
	SecurityGroupsOff SecurityGroups = "off"
)

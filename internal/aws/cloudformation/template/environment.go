package template

// Environment answers what a template asks of the account and region where its stack is. Its errors end Resolve as they are.
type Environment interface {
	// Parameter is the value of a parameter of SSM, of one of the type StringList separated by commas.
	Parameter(name string) (value string, found bool, err error)
	// Exists is whether there is what a parameter of this type names, such as AWS::EC2::VPC::Id.
	Exists(parameterType, id string) (bool, error)
	// Export is the value of an export.
	Export(name string) (value string, found bool, err error)
	// Zones are the availability zones of a region in which it has default subnets, in order. Of another region than the stack's
	// AWS was seen to have none.
	Zones(region string) ([]string, error)
	// HasAttribute is whether Fn::GetAtt may ask a resource of this type for the attribute.
	HasAttribute(resourceType, attribute string) bool
	// All are the values that parameters of a type may have, for Fn::RefAll.
	All(parameterType string) ([]string, error)
	// Attribute is an attribute of what a parameter of this type names, for Fn::ValueOf, such as VpcId of a subnet.
	Attribute(parameterType, id, attribute string) ([]string, error)
}

// Input is what a template is resolved with.
type Input struct {
	Pseudo Pseudo
	// Parameters has the values that are given; UsePreviousValue is resolved by the caller.
	Parameters  map[string]string
	Environment Environment
	// MissingExports may be named, as in change sets: what imports them stays a Call (CFN-45). Else the first one is an error.
	MissingExports bool
	// Open are parameters without a value, and parameters of SSM: they stay Calls, as does what is made of them, and all that rules
	// ask of what parameters name. This is for who reads a template far from the account that it is for.
	Open bool
}

package types_test

// stackResources are templates, in the order in which their resources are made.
var stackResources = map[string][]stackResource{
	"ECS": {
		{"Cluster", "AWS::ECS::Cluster",
			`{ClusterSettings: [{Name: containerInsights, Value: enabled}], CapacityProviders: [FARGATE], Tags: [{Key: a, Value: "1"}]}`,
			`{ClusterSettings: [{Name: containerInsights, Value: disabled}], CapacityProviders: [FARGATE, FARGATE_SPOT], Tags: [{Key: b, Value: "1"}]}`},
		{"Named", "AWS::ECS::Cluster", `{ClusterName: named}`, ``},
		{"Associations", "AWS::ECS::ClusterCapacityProviderAssociations",
			`{Cluster: "${Cluster}", CapacityProviders: [FARGATE], DefaultCapacityProviderStrategy: [{CapacityProvider: FARGATE, Weight: "1"}]}`,
			`{Cluster: "${Cluster}", CapacityProviders: [FARGATE, FARGATE_SPOT], DefaultCapacityProviderStrategy: []}`},
		{"Definition", "AWS::ECS::TaskDefinition",
			`{Cpu: 256, Memory: "512", NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE], ContainerDefinitions: [{Name: app, Image: app, PortMappings: [{ContainerPort: "80"}]}]}`,
			`{Cpu: 256, Memory: "512", NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE], ContainerDefinitions: [{Name: app, Image: app, PortMappings: [{ContainerPort: "80"}]}], Tags: [{Key: a, Value: "2"}]}`},
		{"Family", "AWS::ECS::TaskDefinition",
			`{Family: own, Cpu: 256, Memory: "512", NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE], ContainerDefinitions: [{Name: app, Image: app}]}`, ``},
		{"Service", "AWS::ECS::Service",
			`{Cluster: "${Cluster}", TaskDefinition: "${Definition}", LaunchType: FARGATE, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-0123abcd]}}, EnableExecuteCommand: false}`,
			`{Cluster: "${Cluster}", TaskDefinition: "${Family}", DesiredCount: "2", LaunchType: FARGATE, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-0123abcd]}}, Tags: [{Key: a, Value: "2"}]}`},
		{"Plain", "AWS::ECS::Service",
			`{ServiceName: plain, Cluster: "${Cluster}", TaskDefinition: "${Definition}", DesiredCount: 0, LaunchType: FARGATE, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-0123abcd]}}}`, ``},
	},
	"ELBv2": {
		{"Certificate", "AWS::CertificateManager::Certificate", `{DomainName: example.com, SubjectAlternativeNames: [www.example.com], ValidationMethod: DNS, DomainValidationOptions: [{DomainName: example.com, HostedZoneId: Z1}]}`,
			`{DomainName: example.com, SubjectAlternativeNames: [www.example.com], ValidationMethod: DNS, DomainValidationOptions: [{DomainName: example.com, HostedZoneId: Z1}], Tags: [{Key: a, Value: b}]}`},
		{"Other", "AWS::CertificateManager::Certificate", `{DomainName: example.org}`, ``},
		{"Balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer",
			`{Subnets: [SUBNET1, SUBNET2], SecurityGroups: [], LoadBalancerAttributes: [{Key: idle_timeout.timeout_seconds, Value: 30}]}`,
			`{Subnets: [SUBNET1, SUBNET3], LoadBalancerAttributes: [{Key: idle_timeout.timeout_seconds, Value: 40}], Tags: [{Key: a, Value: b}]}`},
		{"NamedBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", `{Name: named, Type: network, Subnets: [SUBNET1]}`, ``},
		{"Group", "AWS::ElasticLoadBalancingV2::TargetGroup",
			`{VpcId: VPC, Port: "80", Protocol: HTTP, TargetType: ip, HealthCheckPath: /, TargetGroupAttributes: [{Key: deregistration_delay.timeout_seconds, Value: 0}], Targets: [{Id: 172.31.0.9}, {Id: 172.31.0.10, Port: 81}]}`,
			`{VpcId: VPC, Port: "80", Protocol: HTTP, TargetType: ip, HealthCheckPath: /health, Matcher: {HttpCode: 200-299}, Targets: [{Id: 172.31.0.9}, {Id: 172.31.0.11}]}`},
		{"NamedGroup", "AWS::ElasticLoadBalancingV2::TargetGroup", `{Name: named, VpcId: VPC, Port: "80", Protocol: HTTP, TargetType: ip}`, ``},
		{"Listener", "AWS::ElasticLoadBalancingV2::Listener",
			`{LoadBalancerArn: "${Balancer}", Port: "443", Protocol: HTTPS, Certificates: [{CertificateArn: "${Certificate}"}], DefaultActions: [{Type: forward, TargetGroupArn: "${Group}"}], ListenerAttributes: [{Key: routing.http.response.server.enabled, Value: "false"}]}`,
			`{LoadBalancerArn: "${Balancer}", Port: "8443", Protocol: HTTPS, Certificates: [{CertificateArn: "${Certificate}"}], DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: 404}}]}`},
		{"Certificates", "AWS::ElasticLoadBalancingV2::ListenerCertificate", `{ListenerArn: "${Listener}", Certificates: [{CertificateArn: "${Other}"}]}`, ``},
		{"Rule", "AWS::ElasticLoadBalancingV2::ListenerRule",
			`{ListenerArn: "${Listener}", Priority: "1", Conditions: [{Field: path-pattern, PathPatternConfig: {Values: [/a]}}], Actions: [{Type: forward, TargetGroupArn: "${Group}"}]}`,
			`{ListenerArn: "${Listener}", Priority: "2", Conditions: [{Field: host-header, Values: [a.example.com]}], Actions: [{Type: redirect, RedirectConfig: {StatusCode: HTTP_301, Protocol: HTTPS}}]}`},
	},
	"Rest": {
		{"Parameter", "AWS::SSM::Parameter", `{Type: String, Value: 5, Description: d, Tags: {a: 1}}`, `{Type: StringList, Value: "a,b", AllowedPattern: ".*", Tags: {b: 2}}`},
		{"NamedParameter", "AWS::SSM::Parameter", `{Name: /a/b, Type: String, Value: v}`, ``},
		{"Secret", "AWS::SecretsManager::Secret", `{Description: d, GenerateSecretString: {SecretStringTemplate: '{"user": "a"}', GenerateStringKey: password, ExcludeCharacters: '"@/'}}`, `{SecretString: s, Tags: [{Key: a, Value: b}]}`},
		{"NamedSecret", "AWS::SecretsManager::Secret", `{Name: own, SecretString: s}`, ``},
		{"Repository", "AWS::ECR::Repository",
			`{LifecyclePolicy: {LifecyclePolicyText: '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":5},"action":{"type":"expire"}}]}'}, ImageTagMutability: IMMUTABLE, EmptyOnDelete: true}`,
			`{RepositoryPolicyText: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "ecr:*"}]}, ImageScanningConfiguration: {ScanOnPush: "true"}, Tags: [{Key: a, Value: b}]}`},
		{"NamedRepository", "AWS::ECR::Repository", `{RepositoryName: own/app}`, ``},
		{"Alarm", "AWS::CloudWatch::Alarm",
			`{MetricName: m, Namespace: n, Statistic: Sum, Period: "60", EvaluationPeriods: "1", Threshold: "5", ComparisonOperator: GreaterThanThreshold, Dimensions: [{Name: a, Value: b}]}`,
			`{MetricName: m, Namespace: n, Statistic: Average, Period: "60", EvaluationPeriods: 2, Threshold: 5.5, ComparisonOperator: GreaterThanThreshold, Tags: [{Key: a, Value: b}]}`},
		{"NamedAlarm", "AWS::CloudWatch::Alarm", `{AlarmName: own, MetricName: m, Namespace: n, Statistic: Sum, Period: 60, EvaluationPeriods: 1, Threshold: 5, ComparisonOperator: GreaterThanThreshold}`, ``},
		{"Composite", "AWS::CloudWatch::CompositeAlarm", `{AlarmRule: 'ALARM("${Alarm}")'}`, `{AlarmRule: 'ALARM("${NamedAlarm}")', AlarmDescription: d}`},
		{"Dashboard", "AWS::CloudWatch::Dashboard", `{DashboardBody: '{"widgets":[]}'}`, `{DashboardBody: {widgets: [], start: -PT6H}}`},
	},
	"Logs": {
		{"Group", "AWS::Logs::LogGroup", `{RetentionInDays: "7", Tags: [{Key: a, Value: "1"}]}`, `{KmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/1", Tags: [{Key: b, Value: "1"}]}`},
		{"Named", "AWS::Logs::LogGroup", `{LogGroupName: /ecs/named}`, `{LogGroupName: /ecs/named, RetentionInDays: 30, DeletionProtectionEnabled: true}`},
		{"Stream", "AWS::Logs::LogStream", `{LogGroupName: "${Group}"}`, ``},
		{"OwnStream", "AWS::Logs::LogStream", `{LogGroupName: "${Group}", LogStreamName: own}`, ``},
		{"Policy", "AWS::Logs::ResourcePolicy",
			`{PolicyName: p, PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: es.amazonaws.com}, Action: "logs:*", Resource: "*"}]}}`,
			`{PolicyName: p, PolicyDocument: '{"Version": "2012-10-17", "Statement": []}'}`},
		{"Filter", "AWS::Logs::MetricFilter",
			`{LogGroupName: "${Group}", FilterPattern: "{$.a = 1}", MetricTransformations: [{MetricName: m, MetricNamespace: n, MetricValue: 1, Dimensions: [{Key: d, Value: $.d}]}]}`,
			`{LogGroupName: "${Group}", FilterPattern: "", MetricTransformations: [{MetricName: m, MetricNamespace: n, MetricValue: 1, DefaultValue: "0"}]}`},
	},
	"IAM": {
		{"Role", "AWS::IAM::Role",
			"{AssumeRolePolicyDocument: " + trust("ecs-tasks.amazonaws.com") + `, ManagedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"], Policies: [{PolicyName: a, PolicyDocument: ` + allow("s3:*") + `}, {PolicyName: b, PolicyDocument: ` + allow("s3:*") + `}], Tags: [{Key: a, Value: "1"}]}`,
			"{AssumeRolePolicyDocument: " + trust("ec2.amazonaws.com") + `, Description: d, MaxSessionDuration: "7200", PermissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess", ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"], Policies: [{PolicyName: b, PolicyDocument: ` + allow("sqs:*") + `}, {PolicyName: c, PolicyDocument: ` + allow("s3:*") + `}]}`},
		{"Named", "AWS::IAM::Role", "{RoleName: named, Path: /x/, AssumeRolePolicyDocument: " + trust("ec2.amazonaws.com") + "}", ``},
		{"Policy", "AWS::IAM::Policy",
			`{PolicyName: p, Roles: ["${Role}"], PolicyDocument: ` + allow("s3:*") + "}", `{PolicyName: q, Roles: ["${Named}"], PolicyDocument: ` + allow("sqs:*") + "}"},
		{"Inline", "AWS::IAM::RolePolicy",
			`{PolicyName: r, RoleName: "${Role}", PolicyDocument: ` + allow("s3:*") + "}", `{PolicyName: r, RoleName: "${Role}", PolicyDocument: ` + allow("sqs:*") + "}"},
		{"Managed", "AWS::IAM::ManagedPolicy",
			`{Description: d, Roles: ["${Role}"], PolicyDocument: ` + allow("s3:*") + "}", `{Description: d, Roles: ["${Named}"], PolicyDocument: ` + allow("sqs:*") + "}"},
		{"Profile", "AWS::IAM::InstanceProfile", `{Roles: ["${Role}"]}`, `{Roles: ["${Named}"]}`},
		{"Linked", "AWS::IAM::ServiceLinkedRole", `{AWSServiceName: ecs.application-autoscaling.amazonaws.com}`, `{AWSServiceName: ecs.application-autoscaling.amazonaws.com, Description: d}`},
	},
}

func trust(service string) string {
	return `{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ` + service + `}, Action: "sts:AssumeRole"}]}`
}

func allow(action string) string {
	return `{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "` + action + `", Resource: "*"}]}`
}

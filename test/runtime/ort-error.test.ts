import { expect, test } from "vitest";
import { ortError } from "../../src/runtime/ort-error.ts";

test.each([
  [
    "Non-zero status code returned while running Gather node.\n  Name:'g' Status Message: idx=9 must be within 8.\n",
    "Non-zero status code returned while running Gather node. Name:'g' Status Message: idx=9 must be within 8",
  ],
  [
    "/onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1988 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library libx.so with error: libx.so: cannot open shared object file.",
    "Failed to load library libx.so with error: libx.so: cannot open shared object file",
  ],
  [
    "/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters.",
    "Failed to get a WebGPU adapter: No supported adapters",
  ],
  [
    "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:146 bool onnxruntime::CudaCall(ERRTYPE) [with ERRTYPE = cudaError] CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; hostname=vm ; file=/onnxruntime_src/cuda_execution_provider.cc ; line=352 ; expr=cudaSetDevice(info_.device_id);",
    "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version",
  ],
])("ONNX Runtime's message, in one line and to the point (%#)", (message, said) => {
  expect(ortError("load", message).message).toBe(`onnxruntime load: ${said}.`);
});
